import { readdirSync, readFileSync } from 'node:fs'
import type { Resource } from '@medplum/fhirtypes'
import type { Actor, Role } from '../../src/auth/actor.ts'
import { gateway } from '../../src/auth/actor.ts'
import { sightOf } from '../../src/auth/gate.ts'
import { bindings, structures } from '../../src/fhir/definitions/index.ts'
import { derivedId } from '../../src/fhir/id.ts'
import type { Entry } from '../../src/flows/entries.ts'
import { perform } from '../../src/flows/perform.ts'
import type { Desk, Peer, Step, Territory } from '../../src/flows/step.ts'
import type { Kept, Store } from '../../src/store/index.ts'
import { openValidator } from '../../src/validate/index.ts'
import { loadProfiles } from '../../src/validate/profiles.ts'
import { type TurnableClock, turnableClock } from '../support/clock.ts'
import { openTestStore } from '../support/database.ts'

const profiles = loadProfiles(
  readdirSync(new URL('../../profiles/', import.meta.url))
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(new URL(`../../profiles/${name}`, import.meta.url), 'utf8'))),
)
const validator = openValidator({ structures, bindings, profiles })

const peer = (name: string, organization: string, more: Partial<Peer> = {}): Peer => ({
  name,
  organization: `Organization/${organization}`,
  manual: false,
  takes: ['appointment.requested', 'appointment.cancelled'],
  applications: [],
  ...more,
})

/** Two practices, two centres with a radiology system and one that has only a telephone. */
export const territory: Territory = {
  community: 'Organization/community',
  cell: 'Organization/cell',
  zone: 'Europe/Paris',
  peers: [
    peer('ris', 'centre', { applications: ['RIS'] }),
    peer('ris-other', 'centre-other'),
    peer('telephone', 'centre-small', { manual: true, takes: [] }),
  ],
  modalities: new Map([
    ['http://loinc.org|30799-1', 'CT'],
    ['http://loinc.org|24558-9', 'US'],
  ]),
}

const actor = (client: string, role: Role, organization: string): Actor => {
  const standing = { role, organization: `Organization/${organization}`, member: true }
  return { client, name: client, ...standing, sight: sightOf(standing) }
}

export const actors = {
  practice: actor('practice', 'prescriber', 'practice'),
  other: actor('other', 'prescriber', 'practice-other'),
  ris: actor('ris', 'ris', 'centre'),
  'ris-other': actor('ris-other', 'ris', 'centre-other'),
  cell: actor('cell', 'cell', 'cell'),
  gateway,
} satisfies Record<string, Actor>

export type ActorName = keyof typeof actors

/** A desk on a store of its own, at which anybody may be put. */
export interface TestDesk extends AsyncDisposable {
  store: Store
  clock: TurnableClock
  as(name: ActorName): Desk
  /** Performs a step on somebody's behalf. */
  does<Input, Facts>(name: ActorName, step: Step<Input, Facts>, input: Input): ReturnType<typeof perform>
  /** All that is kept of a type, by the gateway's own eyes. */
  all<T extends Resource['resourceType']>(
    type: T,
    query?: string,
  ): Promise<Kept<Resource & { resourceType: T }>[]>
  /** Keys of whoever sees a resource. */
  seenBy(reference: string): Promise<readonly string[]>
}

export async function openTestDesk(served: Territory = territory): Promise<TestDesk> {
  const clock = turnableClock('2030-01-07T08:00:00Z')
  const store = await openTestStore({ clock })
  const as = (name: ActorName): Desk => ({
    store,
    clock,
    actor: actors[name],
    territory: served,
    validate: validator.validate,
    prepare: async (resource) => resource,
    notify: () => [],
  })
  return {
    store,
    clock,
    as,
    does: (name, step, input) => perform(step, input, as(name)),
    all: (type, query = '') => store.reader().search(type, query),
    seenBy: (reference) => store.reader().sight(reference),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

/** Resources as entries of a message: `urn:local:<name>`. */
export const entries = (named: Record<string, Resource>): Entry[] =>
  Object.entries(named).map(([name, resource]) => ({ url: `urn:local:${name}`, resource }))

/** An id that does not change between runs. */
export const fixedId = (name: string): string => derivedId('test', name)
