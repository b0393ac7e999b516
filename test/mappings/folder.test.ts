import type { ConceptMap } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { canonical, systems } from '../../src/fhir/canonical.ts'
import { baseValidator } from '../validate/support.ts'
import { conceptMaps, mapTexts, namesIn } from './support.ts'

/** Catalogue codes of other systems, for the maps of a site whose partner wants them. */
const forSites = ['exam-to-ccam', 'exam-to-loinc', 'exam-to-snomed']

test('a concept map is named as its file is', () => {
  const files = namesIn('mappings/').filter((name) => name.endsWith('.json'))
  expect(conceptMaps.map(({ id }) => `${id}.json`)).toEqual(files)
  expect(conceptMaps.map(({ url }) => url)).toEqual(
    conceptMaps.map(({ id }) => `${canonical}/ConceptMap/${id}`),
  )
})

test('a map is named as its file is', () => {
  const declared = mapTexts.map(({ text }) => /^map "([^"]+)" = "([^"]+)"/.exec(text)?.slice(1))
  const names = mapTexts.map(({ name }) => name.replace(/\.map$/, ''))
  expect(declared).toEqual(names.map((name) => [`${canonical}/StructureMap/${name}`, name]))
})

test('concept maps are valid', () => {
  const validator = baseValidator()
  const faults = conceptMaps.flatMap((map) =>
    validator.validate(map).map(({ text, expression }) => `${map.id} ${expression} ${text}`),
  )
  expect(faults).toEqual([])
})

test('every concept map is read by a map, by another, or by a flow', () => {
  const all = [
    ...mapTexts.map(({ text }) => text),
    JSON.stringify(conceptMaps.map(({ group }) => group)),
  ].join()
  const idle = conceptMaps.filter(({ url }) => !all.includes(`${url}'`) && !all.includes(`"${url}"`))
  const others = idle.filter((map) => !targetsOf(map).includes(systems.cancellation))
  expect(others.map(({ id }) => id)).toEqual(forSites)
})

/** Systems that a concept map is between. Reasons of cancellations are read by the booking's steps. */
const targetsOf = ({ group = [] }: ConceptMap) => group.flatMap(({ source, target }) => [source, target])

test('every map says where its knowledge is from', () => {
  const silent = mapTexts.filter(({ text }) => !/^\/\/ (Source: |The JSON of POST )/m.test(text))
  expect(silent.map(({ name }) => name)).toEqual([])
})
