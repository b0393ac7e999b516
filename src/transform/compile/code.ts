/**
 * JavaScript: an expression, or statements.
 *
 * It is made of what the compiler itself writes, of numbers, of texts that `quoted` wrote, and of names that `bind`,
 * `fresh` and `beside` gave. Nothing that the author of a map writes stands in it as it is.
 */
export type Code = string

/** The JavaScript of one group while it is written. Within it `frame` and `run` are those of the invocation. */
export interface Writing {
  /** How many slots a frame of the group has. */
  slots: number
  /** A name for a value that code needs, such as a function of ours. */
  bind(value: unknown): Code
  /** A name that nothing else has. */
  fresh(): Code
  /** Puts a function beside the group's own; gives its name. The same text is one function. */
  beside(parameters: Code, body: Code): Code
  /** Makes a function of what was written; `name` is what profiles call it. `F` is what the code is known to be. */
  finish<F>(name: string, parameters: Code, body: Code): F
}

/** A text, number or boolean as it is written in JavaScript. */
export const quoted = (value: unknown): Code => (value === undefined ? 'undefined' : JSON.stringify(value))

/** Whether code may stand in more than one place, as it costs nothing to evaluate. */
export const isName = (code: Code): boolean => /^\w+$/.test(code)

export function newWriting(): Writing {
  const bound = new Map<unknown, Code>()
  const functions = new Map<string, Code>()
  let names = 0
  const fresh = () => `v${names++}`
  return {
    slots: 0,
    fresh,
    bind(value) {
      const name = bound.get(value) ?? fresh()
      bound.set(value, name)
      return name
    },
    beside(parameters, body) {
      const text = `(${parameters}) { ${body} }`
      const name = functions.get(text) ?? fresh()
      functions.set(text, name)
      return name
    },
    finish<F>(name: string, parameters: Code, body: Code) {
      const lines = [
        '"use strict"',
        // Constants, and no parameters: V8 then knows whom a call is for, and puts small functions in their place.
        `const [${[...bound.values()]}] = bound`,
        ...[...functions].map(([text, name]) => `function ${name}${text}`),
        `return function (${parameters}) {\n${body}\n}`,
        `//# sourceURL=mappings/${encodeURIComponent(name)}`,
      ]
      const make = new Function('bound', lines.join('\n'))
      return make([...bound.keys()]) as F // as the caller has written it
    },
  }
}
