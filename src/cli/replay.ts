import type { OperationOutcome } from '@medplum/fhirtypes'
import { Registry } from 'prom-client'
import { type Config, ConfigError } from '../config.ts'
import { connectors } from '../connectors/index.ts'
import { failure } from '../fhir/outcome.ts'
import { replayArrival } from '../gateway/replay.ts'
import { openRooms } from '../gateway/rooms.ts'
import { loadRules } from '../gateway/rules.ts'
import { silent } from '../log.ts'
import type { ArrivalRow, DepartureRow, Store } from '../store/index.ts'
import { readTerritory } from '../territory/read.ts'
import { noted, trail } from './audited.ts'
import { command, type Result, WrongUse } from './command.ts'
import { territoryFolder, withStore } from './store.ts'

export const replay = command({
  usage: '<row> [--as <peer>]',
  says: `Takes a message once more, by the row that \`messages\` shows.
What came in goes the same road again, from its kept bytes, with a fresh decision by the territory's folder as it is
now; --as says from whom, when its sender was unknown then. What is parked or dead is queued again, and a running
gateway sends it. Both leave a trail.`,
  options: { as: { type: 'string' } },
  words: [1, 1],
  async run({ words: [row = ''], options: { as: peer }, environment }) {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(row))
      throw new WrongUse(`"${row}" is no row: it is a UUID.`)
    return withStore(environment, async (store, config) => {
      const [arrival, departure] = await Promise.all([store.messages.get(row), store.outbox.get(row)])
      if (arrival) return taken(arrival, peer ?? arrival.peer, store, config)
      if (departure) return queued(departure, store)
      throw failure('not-found', `There is no message ${row}.`)
    })
  },
})

async function taken(arrival: ArrivalRow, peer: string, store: Store, config: Config): Promise<Result> {
  const { territory, problems } = await readTerritory(territoryFolder(config), connectors)
  if (problems.length > 0) throw new ConfigError(problems)
  const { RELAIS_BASE_URL, RELAIS_HOST, RELAIS_PORT } = config
  await using rooms = await openRooms({
    config,
    folder: territory,
    rules: await loadRules(territory),
    store,
    baseUrl: RELAIS_BASE_URL ?? `http://${RELAIS_HOST}:${RELAIS_PORT}`,
    log: silent,
    clock: () => new Date(),
    metrics: new Registry(),
  })
  const outcome = await replayArrival(arrival, peer, rooms)
  await noted(store, 'message.replayed', `message ${arrival.row}`)
  const isRefused = outcome.issue.some(({ severity }) => severity === 'error' || severity === 'fatal')
  return { text: linesOf(outcome), value: { row: arrival.row, outcome }, code: isRefused ? 1 : 0 }
}

function linesOf({ issue }: OperationOutcome): string {
  return issue
    .map(({ severity, diagnostics = '', expression = [] }) =>
      [severity, ...expression, diagnostics].join(' '),
    )
    .join('\n')
}

async function queued({ row, status, kind, peer }: DepartureRow, store: Store): Promise<Result> {
  if (status !== 'parked' && status !== 'dead') {
    throw failure('business-rule', `This message is ${status}: only what is parked or dead is queued again.`)
  }
  if (kind === 'appointment.requested' && status === 'dead') {
    throw failure('business-rule', 'The place was given back when this request died: book again instead.')
  }
  const at = new Date().toISOString()
  const settlements = [{ row, status: 'queued' as const }]
  await store.write({ settlements, resources: trail('departure.replayed', `message ${row}`, at), at })
  return { text: `Queued again for ${peer}.`, value: { row, status: 'queued' } }
}
