import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { built, generatedNames } from '../../profiles/build.ts'
import { baseValidator, projectFiles, projectValidator } from '../validate/support.ts'

test('the committed resources are what the FSH makes', { timeout: 120_000 }, () => {
  const made = built()
  expect(generatedNames().sort()).toEqual([...made.keys()].sort())
  for (const [name, text] of made) {
    const committed = readFileSync(new URL(`../../profiles/${name}`, import.meta.url), 'utf8')
    expect(committed, `${name}: run npm run profiles`).toBe(text)
  }
})

test('the conformance resources are valid R4', () => {
  const validator = baseValidator()
  for (const file of projectFiles()) expect(validator.validate(file)).toEqual([])
})

test('everything that the profiles say is checked', () => {
  expect(projectValidator().unchecked).toEqual([])
})
