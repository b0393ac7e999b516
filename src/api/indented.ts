/**
 * A JSON text laid out over lines, two blanks a level, without reading its values: a decimal keeps its zeros.
 * The text is valid JSON.
 */
export function indented(text: string): string {
  let level = 0
  let out = ''
  const line = () => `\n${'  '.repeat(level)}`
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') {
      level += 1
      out += token + line()
    } else if (token === '}' || token === ']') {
      level -= 1
      out += line() + token
    } else if (token === ',') out += `,${line()}`
    else out += token === ':' ? ': ' : token
  }
  return out
}

/** Empty object, empty array, string, punctuation, number or word; blanks between them fall out. */
const tokens = /\{\s*\}|\[\s*\]|"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g
