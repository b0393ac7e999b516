import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { openDemo } from '../../src/demo/index.ts'
import { orders } from '../../src/demo/tour/order.ts'
import { play } from '../../src/demo/tour/play.ts'
import { callerAs, visit } from '../../src/demo/tour/world.ts'
import { silent } from '../../src/log.ts'
import { freshDatabase } from '../support/database.ts'

const folders: string[] = []
const clock = () => new Date()

afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

async function dataDir(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relais-demo-'))
  folders.push(folder)
  return folder
}

const config = (folder: string, databaseUrl: string) =>
  readConfig({
    RELAIS_PORT: '0',
    RELAIS_MLLP_PORT: '0',
    RELAIS_DATA_DIR: folder,
    RELAIS_DATABASE_URL: databaseUrl,
  })

test('two demos on one server have the same clients and the same partners', async () => {
  await using database = await freshDatabase()
  const [first, second] = [await dataDir(), await dataDir()]
  await using one = await openDemo(config(first, database.url), silent, clock)
  await using two = await openDemo(config(second, database.url), silent, clock)
  expect([one.partners !== undefined, two.partners !== undefined]).toEqual([true, false])

  const [here, there] = [await visit(first), await visit(second)]
  expect(there.clients).toEqual(here.clients)
  expect(there.deskUrl).toBe(here.deskUrl)
  // A client's keys of one are good at the other.
  const visitor = await callerAs('ehr', { ...there, clients: here.clients })
  await visitor.get('Patient?_count=1')

  const [order] = orders
  if (!order) throw new Error('The tour has orders')
  const journey = await play(order, there, () => {})
  expect(journey.appointment.status).toBe('booked')
})

test('a second process on the same data folder is refused, and changes nothing there', async () => {
  await using database = await freshDatabase()
  const folder = await dataDir()
  await using _first = await openDemo(config(folder, database.url), silent, clock)
  const files = ['clients.json', 'ris-json.secret', 'territory.json']
  const read = () => Promise.all(files.map((name) => readFile(join(folder, 'demo', name), 'utf8')))
  const before = await read()
  await expect(openDemo(config(folder, database.url), silent, clock)).rejects.toThrow(/Another process/)
  expect(await read()).toEqual(before)
})
