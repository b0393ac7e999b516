import { fileURLToPath } from 'node:url'
import type { Organization, Slot } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { connectors } from '../../src/connectors/index.ts'
import { openGateway } from '../../src/gateway.ts'
import { silent } from '../../src/log.ts'
import type { Kept } from '../../src/store/index.ts'
import { readTerritory } from '../../src/territory/read.ts'
import { until } from '../support/clock.ts'
import { freshDatabase } from '../support/database.ts'

/** A territory that has nothing in common with the demo's but the project: another island, one centre, one doctor. */
const folder = fileURLToPath(new URL('second/', import.meta.url))
const system = 'https://annuaire.lagons.example/id'

async function started(databaseUrl: string) {
  const { territory, problems } = await readTerritory(folder, connectors)
  expect(problems).toEqual([])
  return openGateway({
    config: readConfig({ RELAIS_PORT: '0', RELAIS_MLLP_PORT: '', RELAIS_DATABASE_URL: databaseUrl }),
    folder: territory,
    log: silent,
    // A Monday: the diary is for Tuesdays.
    clock: () => new Date('2026-03-02T06:00:00Z'),
  })
}

test('a second, different territory is served; loading it twice changes nothing', async () => {
  await using database = await freshDatabase()
  const first = await started(database.url)
  await using closing = new AsyncDisposableStack()
  closing.use(first)
  const { loaded, store } = first
  expect(loaded.territory).toMatchObject({
    zone: 'Indian/Reunion',
    peers: [{ name: 'cirque', manual: false }],
  })
  const cpts: Kept<Organization> | undefined = await store.reader().identified('Organization', system, 'cpts')
  expect(loaded.territory.community).toBe(`Organization/${cpts?.id}`)
  expect(loaded.resources).toHaveLength(11)

  const slots: Kept<Slot>[] = await until(
    () => store.reader().search('Slot', 'status=free&_sort=start'),
    (found) => found.length >= 16,
  )
  expect(slots).toHaveLength(16)
  expect(slots.slice(0, 4).map(({ start }) => start)).toEqual([
    '2026-03-03T07:30:00.000+04:00',
    '2026-03-03T08:00:00.000+04:00',
    '2026-03-03T08:30:00.000+04:00',
    '2026-03-03T09:00:00.000+04:00',
  ])
  await closing.disposeAsync()

  await using again = await started(database.url)
  expect(again.loaded.resources.map(({ meta }) => meta.versionId)).toEqual(
    again.loaded.resources.map(() => '1'),
  )
  expect(again.loaded.resources.map(({ id }) => id)).toEqual(loaded.resources.map(({ id }) => id))
  expect((await again.store.clients.list()).map(({ id }) => id)).toEqual(['cirque', 'piton'])
})
