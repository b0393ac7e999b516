import { expect, test } from 'vitest'
import { age, communeOf, dayWords, nameOf, shortDate, span, when } from '../../src/console/format.ts'

const at = (instant: string, language: 'fr' | 'en' = 'fr') => ({
  language,
  zone: 'Europe/Paris',
  now: Date.parse(instant),
})

test('a time is written as one says it, in the place’s zone', () => {
  const now = at('2026-11-21T22:30:00Z') // 23:30 there
  expect(when('2026-11-21T22:45:00Z', now)).toBe('aujourd’hui 23:45')
  expect(when('2026-11-21T23:05:00Z', now)).toBe('demain 00:05')
  expect(when('2026-11-24T08:00:00Z', now)).toBe('mar. 24 nov. 09:00')
  expect(when('2027-01-04T08:00:00Z', at('2026-11-21T22:30:00Z', 'en'))).toBe('Mon, 4 Jan 2027 09:00')
})

test('days are counted by the calendar, over a change of the clock too', () => {
  expect(dayWords('2026-10-25T22:30:00Z', at('2026-10-24T21:30:00Z'))).toBe('demain')
  expect(dayWords('2026-10-24T21:30:00Z', at('2026-10-25T22:30:00Z'))).toBe('hier')
})

test.each([
  [59_000, '0 min'],
  [20 * 60_000, '20 min'],
  [3 * 3_600_000 + 20 * 60_000, '3 h 20 min'],
  [-26 * 3_600_000, '1 j 2 h'],
  [48 * 3_600_000, '2 j'],
])('a span of %s ms is %s', (ms, words) => {
  expect(span(ms, 'fr').replaceAll(/[\u202f\u00a0]/g, ' ')).toBe(words)
})

test('age changes on the birthday, and is told in months of small children', () => {
  expect(age('1984-11-22', at('2026-11-21T12:00:00Z'))).toBe('41 ans')
  expect(age('1984-11-21', at('2026-11-21T12:00:00Z'))).toBe('42 ans')
  expect(age('2025-06-30', at('2026-11-21T12:00:00Z', 'en'))).toBe('16 months')
})

test('a date may be a year or a month alone', () => {
  expect(shortDate('1984', { language: 'fr' })).toBe('1984')
  expect(shortDate('1984-05', { language: 'fr' })).toBe('05/1984')
  expect(shortDate('1984-05-12', { language: 'en' })).toBe('12/05/1984')
})

test('a person goes by the name at birth, the name in use beside it', () => {
  const names = [
    { use: 'usual' as const, family: 'Martin' },
    { use: 'official' as const, family: 'Dupont', given: ['Lucie', 'Anne'] },
  ]
  expect(nameOf(names)).toBe('DUPONT (MARTIN) Lucie')
  expect(nameOf([{ text: 'Dr X' }])).toBe('Dr X')
  expect(
    communeOf([
      { use: 'work', city: 'A' },
      { use: 'home', city: 'B' },
    ]),
  ).toBe('B')
})
