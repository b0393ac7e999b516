import { expect, test } from 'vitest'
import { join, prepared, raw, sql } from '../../src/store/sql.ts'

const asked = (id: unknown) => prepared(sql`select ${id} as one`)

test('a statement of a known shape has its name and text again, with its own values', () => {
  const [first, second] = [asked(1), asked(2)]
  expect(second).toEqual({ ...first, values: [2] })
  expect(first.text).toBe('select $1 as one')
})

test('a piece where a value stood, more pieces or other text make another statement', () => {
  const pieces = (count: number) => Array.from({ length: count }, (_, n) => sql`${n}`)
  const all = [
    asked(1),
    asked(raw('now()')),
    asked(raw('later()')),
    asked(sql`${1} + 1`),
    ...[1, 2, 3].map((count) => asked(join(pieces(count), ' + '))),
    asked(join(pieces(2), ' - ')),
    asked(join([], ' + ')),
  ]
  expect(all.map(({ text }) => text)).toEqual([
    'select $1 as one',
    'select now() as one',
    'select later() as one',
    'select $1 + 1 as one',
    'select $1 as one',
    'select $1 + $2 as one',
    'select $1 + $2 + $3 as one',
    'select $1 - $2 as one',
    'select  as one',
  ])
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length - 1)
})
