import { ConfigError, distance } from '../config.ts'
import { checkConfig } from './check-config.ts'
import { add } from './client/add.ts'
import { disable } from './client/disable.ts'
import { enable } from './client/enable.ts'
import { list } from './client/list.ts'
import { rotate } from './client/rotate.ts'
import { type Command, type Result, WrongUse } from './command.ts'
import { connectors, drain, pause, resume } from './connectors.ts'
import { faultsOf, linesOf } from './faults.ts'
import { kitInit } from './kit/init.ts'
import { kitTest } from './kit/test.ts'
import { map } from './map.ts'
import { discard, messages, replay, retention, show } from './messages.ts'
import { migrate } from './migrate.ts'
import { send } from './send.ts'
import { sheet } from './sheet.ts'
import { start } from './start.ts'
import { token } from './token.ts'

/** Every command, by its name. */
export const commands: Readonly<Record<string, Command>> = {
  start,
  'check-config': checkConfig,
  migrate,
  'client add': add,
  'client list': list,
  'client rotate': rotate,
  'client disable': disable,
  'client enable': enable,
  token,
  send,
  'map try': map,
  'kit init': kitInit,
  'kit test': kitTest,
  messages,
  'messages show': show,
  'messages replay': replay,
  'messages discard': discard,
  'messages retention': retention,
  replay,
  connectors,
  'connectors sheet': sheet,
  'connectors pause': pause,
  'connectors drain': drain,
  'connectors resume': resume,
}

/** What is printed on: standard output and standard error. */
export interface Printer {
  out(text: string): void
  error(text: string): void
}

/** Runs one command. Comes back with the exit code: 0 done, 1 failed, 2 wrong use. */
export async function relais(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  print: Printer,
): Promise<number> {
  const { name, command, rest } = commandIn(args)
  if (!command) return lost(args, print)
  if (rest.includes('--help')) {
    print.out(helpOf(name, command))
    return 0
  }
  const isJson = rest.includes('--json')
  try {
    const given = rest.filter((one) => one !== '--json')
    return told(await command.run(given, environment), isJson, print)
  } catch (thrown) {
    return failed(thrown, name, isJson, print)
  }
}

/** The command that the first words name: two words before one. */
function commandIn(args: readonly string[]): { name: string; command?: Command; rest: readonly string[] } {
  for (const count of [2, 1]) {
    const name = args.slice(0, count).join(' ')
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (command) return { name, command, rest: args.slice(count) }
  }
  return { name: '', rest: args }
}

function told({ text, value, notes, code = 0 }: Result, isJson: boolean, print: Printer): number {
  if (isJson) print.out(JSON.stringify(value, null, 2))
  else if (text !== '') print.out(text)
  if (!isJson && notes) print.error(notes)
  return code
}

function failed(thrown: unknown, name: string, isJson: boolean, print: Printer): number {
  const faults = faultsOf(thrown)
  if (isJson) print.out(JSON.stringify({ faults }, null, 2))
  else print.error(linesOf(faults))
  if (thrown instanceof WrongUse) print.error(usageOf(name))
  return thrown instanceof WrongUse || thrown instanceof ConfigError ? 2 : 1
}

/** No command was named, or none that there is. */
function lost(args: readonly string[], print: Printer): number {
  const words = args.filter((word) => !word.startsWith('-'))
  const own = Object.keys(commands).filter((name) => name.startsWith(`${words[0]} `))
  if (words.length > 0 && own.length === 0) {
    print.error(`There is no command "${words[0]}"; did you mean "${nearest(words)}"?`)
    return 2
  }
  const text = own.length > 0 ? own.map(usageOf).join('\n') : overview()
  if (!args.includes('--help')) {
    print.error(text)
    return 2
  }
  print.out(text)
  return 0
}

/** By the first words, as many as the command has. */
function nearest(words: readonly string[]): string {
  const far = (name: string) => distance(words.slice(0, name.split(' ').length).join(' '), name)
  const [first = ''] = Object.keys(commands).sort((a, b) => far(a) - far(b))
  return first
}

const usageOf = (name: string) =>
  ['Usage: relais', name, commands[name]?.usage, '[--json]'].filter(Boolean).join(' ')

const helpOf = (name: string, { says }: Command) =>
  `${usageOf(name)}\n\n${says}\n\nExit code: 0 done, 1 failed, 2 wrong use.`

function overview(): string {
  const rows = Object.entries(commands).map(
    ([name, { says }]) => `  ${name.padEnd(20)}${says.split('\n')[0]}`,
  )
  return `Usage: npm run relais -- <command>\n\n${rows.join('\n')}\n\nEach has --help and --json.`
}

if (import.meta.main) {
  process.exitCode = await relais(process.argv.slice(2), process.env, {
    out: (text) => process.stdout.write(`${text}\n`),
    error: (text) => process.stderr.write(`${text}\n`),
  })
}
