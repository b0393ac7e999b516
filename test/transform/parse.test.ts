import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import fhirpath from 'fhirpath'
import { describe, expect, test } from 'vitest'
import { identifier, type Node, variableOf } from '../../src/transform/expressions/names.ts'
import { quickly } from '../../src/transform/expressions/parse.ts'
import { parse as parseMap } from '../../src/transform/language/parse.ts'

const holders = ['EntireExpression', 'TermExpression', 'InvocationTerm', 'ParenthesizedTerm', 'LiteralTerm']

/** What a tree says, without nodes that only hold another one. */
function said(node: Node | undefined): unknown {
  const { type = '', text, children = [] } = node ?? {}
  const [first] = children
  if (!node || holders.includes(type)) return first && said(first)
  if (type === 'MemberInvocation') return ['.', identifier(first?.text ?? '')]
  if (type === 'ExternalConstantTerm') return ['%', variableOf(node)]
  if (type === 'TypeSpecifier') return ['type', text]
  if (type === 'ThisInvocation' || type === 'NullLiteral') return [type]
  if (type === 'FunctionInvocation') {
    const [name, list] = first?.children ?? []
    return ['()', identifier(name?.text ?? ''), ...(list?.children ?? []).map(said)]
  }
  const isPath = type === 'InvocationExpression' || type === 'IndexerExpression'
  return [type, ...(isPath ? [] : [text]), ...children.map(said)]
}

/** What fhirpath.js parses; undefined when it refuses. */
function theirs(text: string): unknown {
  try {
    return said(fhirpath.parse(text))
  } catch {
    return undefined
  }
}

/** Every expression in parentheses of the project's maps. */
function written(): string[] {
  const folder = new URL('../../mappings/', import.meta.url)
  const found: string[] = []
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return
    if ('kind' in value && value.kind === 'expression' && 'text' in value) found.push(String(value.text))
    for (const part of Object.values(value)) visit(part)
  }
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.map'))) {
    visit(parseMap(name, readFileSync(new URL(name, folder), 'utf8')).map)
  }
  return found
}

describe('the quick parser of expressions', () => {
  test('makes of the expressions of our maps what fhirpath.js makes of them', () => {
    const texts = [...new Set(written())]
    const quick = texts.filter((text) => quickly(text))
    for (const text of quick) expect([text, said(quickly(text))]).toEqual([text, theirs(text)])
    expect(quick.length / texts.length).toBeGreaterThan(0.9)
  })

  test('makes of any row of words and signs what fhirpath.js makes of it, or leaves it to that', () => {
    const words = fc.constantFrom(
      ...['a', 'b', 'where', 'contains', 'in', 'and', 'or', 'is', 'as', 'day', 'days', 'sort', 'asc', 'true'],
      ...["'x'", "'\\u0041\\n'", "'\\q'", '1', '1.5', '`b c`', '%v', '%`v`', "%'v'", '$this', '$index', '{}'],
      ...[
        '.',
        ',',
        '(',
        ')',
        '[',
        ']',
        '|',
        '&',
        '+',
        '-',
        '=',
        '!=',
        '<',
        '>=',
        '~',
        '*',
        '@2020',
        '//',
        '"',
      ],
    )
    let compared = 0
    fc.assert(
      fc.property(fc.array(words, { maxLength: 7 }), fc.constantFrom(' ', ''), (row, between) => {
        const text = row.join(between)
        const tree = quickly(text)
        if (!tree) return
        compared++
        expect([text, said(tree)]).toEqual([text, theirs(text)])
      }),
      { numRuns: 20_000 },
    )
    expect(compared).toBeGreaterThan(500)
  })

  const { expression } = fc.letrec<{ term: string; expression: string }>((tie) => ({
    term: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('a', '`b`', "'x'", "'it\\'s'", '12', '1.5', 'true', '{}', '%v', '$this', 'contains(a)'),
      tie('expression').map((inner) => `(${inner})`),
      fc.tuple(tie('term'), tie('expression')).map(([of, given]) => `${of}.where(${given})`),
      fc.tuple(tie('term'), tie('expression')).map(([of, given]) => `${of}[${given}]`),
      fc.tuple(tie('expression'), tie('expression')).map((given) => `iif(${given.join(', ')})`),
      tie('term').map((of) => `${of}.b`),
      tie('term').map((of) => `${of}.exists()`),
      tie('expression').map((of) => `(${of} is String)`),
      tie('term').map((of) => `${of}.contains('x')`),
    ),
    expression: fc.oneof(
      { maxDepth: 4 },
      tie('term'),
      fc
        .tuple(
          tie('expression'),
          fc.constantFrom(
            'is String and',
            'is Integer +',
            ...'and or in contains = != < > <= >= | + - &'.split(' '),
          ),
          tie('expression'),
        )
        .map((parts) => parts.join(' ')),
    ),
  }))

  test('knows what binds more tightly', () => {
    fc.assert(
      fc.property(expression, (text) => {
        const tree = quickly(text)
        expect(tree, text).toBeDefined()
        expect([text, said(tree)]).toEqual([text, theirs(text)])
      }),
      { numRuns: 1000 },
    )
  })
})
