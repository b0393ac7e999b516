import type { Resource } from '@medplum/fhirtypes'
import type { ConnectorHealth } from '../api/steering.ts'
import { keysOf, type TerritoryFolder } from '../territory/read.ts'
import { type Command, command } from './command.ts'
import { whoIs, withSteering } from './steering.ts'
import { table } from './table.ts'

export const connectors = command({
  usage: '',
  says: `Lists the lines to partners, and how each fares: state, what waits to leave, traffic of the last hour, and errors.
Queued: is to leave. Parked: waits for a person. Dead: was refused or given up. Oldest: since when the first one waits.`,
  words: [0, 0],
  async run({ environment }) {
    const shown = await withSteering(environment, async (steering, territory) => {
      const folder = await territory()
      return (await steering.connectors()).map(({ organization, peer: name, ...line }) => ({
        name,
        ...line,
        ...(organization !== undefined && { organization: nameOf(organization, folder) }),
      }))
    })
    return { text: asTable(shown), value: shown }
  },
})

type Shown = Omit<ConnectorHealth, 'peer'> & { name: string }

function asTable(lines: readonly Shown[]): string {
  const headings = [
    'name',
    'kind',
    'organisation',
    'state',
    'queued',
    'parked',
    'dead',
    'oldest',
    'in/h',
    'out/h',
    'last in',
    'last out',
    'last error',
    'reason',
  ]
  return table(
    headings,
    lines.map((line) => [
      line.name,
      line.kind ?? '',
      line.organization ?? '',
      line.state,
      String(line.queued),
      String(line.parked),
      String(line.dead),
      line.oldest ?? '',
      String(line.inLastHour),
      String(line.outLastHour),
      line.lastArrival ?? '',
      line.lastSent ?? '',
      line.lastError?.at ?? '',
      line.reason ?? line.lastError?.reason ?? '',
    ]),
  )
}

/** A command that changes what leaves by one line. */
const steer = (how: 'pause' | 'drain' | 'resume', says: string): Command =>
  command({
    usage: '<connector> [--reason <text>] [--by <name>]',
    says: `${says}
Every gateway on the store obeys, and it outlasts a restart. It leaves a trail; by: the name that stands in it, your
account unless said.`,
    options: { reason: { type: 'string' }, by: { type: 'string' } },
    words: [1, 1],
    async run({ words: [name = ''], options: { reason, by }, environment }) {
      const state = await withSteering(environment, (steering) =>
        steering.steer(name, how, whoIs(by), reason),
      )
      return { text: `${name} is ${state}.`, value: { name, state } }
    },
  })

export const pause = steer(
  'pause',
  'Lets nothing leave by a line: what is queued waits. What comes in is taken as ever.',
)
export const drain = steer('drain', 'Lets what is queued now leave by a line, and pauses it then.')
export const resume = steer('resume', 'Opens a line again: what waits leaves at once, also what was put off.')

/** What an organisation is called, by its business identifier. */
function nameOf(identifier: string, { entries }: TerritoryFolder): string {
  const found = entries
    .map(({ resource }: { resource: Resource }) => resource)
    .find((one) => one.resourceType === 'Organization' && keysOf(one).includes(identifier))
  return found?.resourceType === 'Organization' ? (found.name ?? identifier) : identifier
}
