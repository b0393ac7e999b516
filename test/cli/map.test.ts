import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { relais } from '../../src/cli/index.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'map-'))
  await write(
    'a.map',
    'map "urn:a" = "a"\ngroup G(source s, target t : Patient) { s.born -> t.birthDate "born"; }',
  )
  await write('bad.map', 'map "urn:b" = "b"\ngroup G(source s, target t) { s.a -> u.b; }')
  await write(
    'v2.map',
    'map "urn:c" = "c"\ngroup G(source s : ORM_O01, target t) { s.MSH as h -> t.id = h.messageControlId; }',
  )
  await write('good.json', '{"born":"1979-03-28"}')
  await write('bad.json', '{"born":"28/03/1979"}')
  await write('order.hl7', 'MSH|^~\\&|A|B|C|D|20260101||ORM^O01|42|P|2.5\r')
})
afterAll(() => rm(folder, { recursive: true }))

const write = (name: string, text: string) => writeFile(join(folder, name), text)

async function run(...given: string[]) {
  const said = { out: '', error: '' }
  const paths = given.map((one) => (one.includes('.') ? join(folder, one) : one))
  const print = (to: 'out' | 'error') => (text: string) => {
    said[to] += text
  }
  const code = await relais(['map', ...paths], {}, { out: print('out'), error: print('error') })
  return { code, ...said }
}

test('shows what a map makes of a file', async () => {
  const { code, out } = await run('try', 'a.map', 'good.json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toEqual({ resourceType: 'Patient', birthDate: '1979-03-28' })
})

test('reads an HL7 v2 message', async () => {
  const { out } = await run('try', 'v2.map', 'order.hl7', '--json')
  expect(JSON.parse(out)).toEqual({ target: { id: '42' }, unmapped: [], issues: [] })
})

test('knows the maps and the ConceptMaps that stand beside a map in maps/', async () => {
  await mkdir(join(folder, 'maps'))
  const own =
    'map "urn:d" = "d"\nimports "urn:e"\ngroup G(source s, target t : Patient) { s then Sexed(s, t) "sex"; }'
  await write('maps/d.map', own)
  await write(
    'maps/e.map',
    'map "urn:e" = "e"\ngroup Sexed(source s, target t) { s.sexe as sex -> t.gender = translate(sex, "urn:sexes", "code") "sexe"; }',
  )
  const element = [{ code: 'F', target: [{ code: 'female', equivalence: 'equivalent' }] }]
  const sexes = { resourceType: 'ConceptMap', url: 'urn:sexes', status: 'active', group: [{ element }] }
  await write('maps/sexes.json', JSON.stringify(sexes))
  await write('person.json', '{"sexe":"F"}')
  const { code, out, error } = await run('try', 'maps/d.map', 'person.json')
  expect([code, error]).toEqual([0, ''])
  expect(JSON.parse(out)).toEqual({ resourceType: 'Patient', gender: 'female' })
})

test('tells what is wrong with the file, and with the map', async () => {
  expect(await run('try', 'a.map', 'bad.json')).toMatchObject({
    code: 1,
    error: expect.stringMatching(/^born The value is no date/),
  })
  expect(await run('try', 'bad.map', 'good.json')).toMatchObject({
    code: 1,
    error: expect.stringMatching(/bad\.map:2:38 There is no variable "u"/),
  })
  expect(await run('try', 'none', 'good.json')).toMatchObject({
    code: 1,
    error: expect.stringMatching(/no map "none"/),
  })
})

test('says how it is used', async () => {
  expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringMatching(/relais map try/) })
  expect(await run('try')).toMatchObject({ code: 2 })
  expect(await run('try', 'a', 'b', '--fast')).toMatchObject({ code: 2 })
})
