import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bindings, structures } from '../../../src/fhir/definitions/index.ts'
import { perform } from '../../../src/flows/perform.ts'
import { questionnairesMade } from '../../../src/flows/protocol/asked.ts'
import { questionnairesOf } from '../../../src/flows/protocol/questionnaire.ts'
import { openValidator } from '../../../src/validate/index.ts'
import { loadProfiles } from '../../../src/validate/profiles.ts'
import { openTestDesk } from '../desk.ts'
import { demoProtocol, demoResources } from './support.ts'

const folder = new URL('../../../profiles/', import.meta.url)
const profiles = loadProfiles(
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))),
)
const { validate } = openValidator({ structures, bindings, profiles })

test('an indication is a questionnaire: dangers first, then what is needed, each question once and in two languages', () => {
  const all = questionnairesOf(demoProtocol())
  expect(all).toHaveLength(11)
  const headache = all.find(({ url }) => url?.includes('/I10/'))
  const items = headache?.item ?? []
  expect(items.slice(0, 3).map(({ linkId }) => linkId)).toEqual([
    'thunderclap',
    'neurological-deficit',
    'stiff-neck',
  ])
  expect(items.filter(({ required }) => required).map(({ linkId }) => linkId)).toContain('MED-1117')
  const isFirstOptional = items.findIndex(({ required }) => !required)
  expect(items.slice(isFirstOptional).every(({ required }) => !required)).toBe(true)
  expect(items[0]?.answerOption).toHaveLength(3)
  expect(JSON.stringify(items[0])).toContain('thunderclap” onset')
  for (const { item = [] } of all) expect(new Set(item.map(({ linkId }) => linkId)).size).toBe(item.length)
})

test('the questionnaires and the protocol they come from are valid', () => {
  const errors = [...questionnairesOf(demoProtocol()), ...demoResources()].flatMap((resource) =>
    validate(resource).filter(({ severity }) => severity === undefined || severity === 'error'),
  )
  expect(errors).toEqual([])
})

test('questionnaires are made once; made again they are the same', async () => {
  await using desk = await openTestDesk()
  const protocols = [demoProtocol()]
  expect((await perform(questionnairesMade, { protocols }, desk.as('gateway'))).written).toHaveLength(11)
  expect((await perform(questionnairesMade, { protocols }, desk.as('gateway'))).written).toEqual([])
})
