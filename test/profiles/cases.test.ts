import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { namesIn, projectValidator, readJson } from '../validate/support.ts'

const validator = projectValidator()
const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

describe.each(folders)('%s', (profile) => {
  const names = namesIn(`test/profiles/${profile}/`).filter((name) => !name.endsWith('.issues.json'))
  const folder = `test/profiles/${profile}`

  test.each(names.filter((name) => name.startsWith('valid-')))('%s has nothing against it', (name) => {
    expect(validator.validate(readJson(`${folder}/${name}`))).toEqual([])
  })

  test.each(names.filter((name) => name.startsWith('invalid-')))('%s breaks one constraint', (name) => {
    const issues = validator
      .validate(readJson(`${folder}/${name}`))
      .map(({ text, rule, about, ...issue }) => issue)
    expect(issues).toEqual(readJson(`${folder}/${name.replace('.json', '.issues.json')}`))
  })

  test('has cases on both sides', () => {
    expect(names.some((name) => name.startsWith('valid-'))).toBe(true)
    expect(names.some((name) => name.startsWith('invalid-'))).toBe(true)
  })
})
