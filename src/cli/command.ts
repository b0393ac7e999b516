import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

/** What a command came to: a text for a person, a value for a program. */
export interface Result {
  text: string
  value: unknown
  /** For a person, beside it: on standard error. */
  notes?: string
  /** Exit code; 0 unless said: it is done. 1: it failed. 2: it was used wrongly. */
  code?: 0 | 1 | 2
}

/** What a command is called with. */
export interface Call<Options> {
  words: readonly string[]
  options: Options
  environment: NodeJS.ProcessEnv
}

/** One command of the command line. */
export interface Command {
  /** What follows its name: `<file.hl7> [--to host:port]`. */
  usage: string
  /** What it does; the first sentence stands in the list of commands. */
  says: string
  /** Fails: WrongUse when the arguments do not suit. */
  run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Result>
}

/** The arguments do not suit the command. */
export class WrongUse extends Error {
  override name = 'WrongUse'
}

interface Definition<Options extends ParseArgsOptionsConfig> extends Omit<Command, 'run'> {
  options?: Options
  /** How many words: from, to. */
  words: readonly [number, number]
  run(call: Call<Values<Options>>): Promise<Result>
}

type Values<Options extends ParseArgsOptionsConfig> = {
  [Name in keyof Options]?: Options[Name]['type'] extends 'boolean' ? boolean : string
}

/** A command, by what it takes. */
export function command<const Options extends ParseArgsOptionsConfig = Record<never, never>>({
  usage,
  says,
  options,
  words: [least, most],
  run,
}: Definition<Options>): Command {
  return {
    usage,
    says,
    async run(args, environment) {
      const { values, positionals } = parsed(args, options ?? {})
      if (positionals.length < least) throw new WrongUse('Something is missing.')
      if (positionals.length > most) throw new WrongUse(`There is no use for "${positionals[most]}".`)
      // Strict parsing lets through what `options` declares, each of its type.
      return run({ words: positionals, options: values as Values<Options>, environment })
    },
  }
}

function parsed(args: readonly string[], options: ParseArgsOptionsConfig) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown
    throw new WrongUse(thrown.message, { cause: thrown })
  }
}

/** Reads an option that is a whole number. Fails: WrongUse. */
export function wholeNumber(name: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new WrongUse(`--${name} is a whole number from 1 to 999999, not "${text}".`)
}
