import type { Patient } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { sees } from '../../auth/gate.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { type Entry, sameContent } from '../entries.ts'
import { merged as together } from '../plan.ts'
import { samePerson } from '../renewed.ts'
import type { Moment, Plan, Step } from '../step.ts'
import { referringTo, repointed } from './referring.ts'
import { type News, toldOf } from './told.ts'
import { keysOf } from './updated.ts'

/** Two files of one patient, as they are said and as they are kept. */
interface Pair extends News {
  said: { stays: Patient; goes: Patient }
  stays: Kept<Patient> | undefined
  goes: Kept<Patient> | undefined
  /** All that names the file that goes. */
  referring: readonly Kept[]
}

/**
 * Two files of one patient become one.
 *
 * The file that stays has the numbers of both, so that whoever goes on using an old number means it. The other is
 * inactive and says what it was replaced by; all that named it names the one that stays. Nothing is deleted, and
 * whoever saw either sees it all.
 */
export const merged: Step<{ entries: readonly Entry[] }, { pairs: readonly Pair[] }> = {
  name: 'patient.merged',

  async facts({ entries }, store, actor) {
    return { pairs: await Promise.all(pairsIn(entries).map((said) => pairOf(said, store, actor))) }
  },

  decide: (_, { pairs }, at, actor) => together(pairs.map((pair) => joined(pair, at, actor))),
}

/** Which file replaces which: said by the link of the one that goes. Fails: required when there is none. */
function pairsIn(entries: readonly Entry[]): Pair['said'][] {
  const patients = new Map(
    entries.flatMap(({ url, resource }) => (resource.resourceType === 'Patient' ? [[url, resource]] : [])),
  )
  const pairs = [...patients.values()].flatMap(({ link = [], ...goes }) =>
    link
      .filter(({ type }) => type === 'replaced-by')
      .flatMap(({ other }) => {
        const stays = patients.get(other.reference ?? '')
        return stays ? [{ stays, goes }] : []
      }),
  )
  if (pairs.length > 0) return pairs
  throw failure('required', 'The message does not say which file replaces which.', 'Patient.link')
}

async function pairOf(said: Pair['said'], store: Reader, actor: Actor): Promise<Pair> {
  const [stays, goes] = await Promise.all([theirs(said.stays, store, actor), theirs(said.goes, store, actor)])
  const [keys, referring] = await Promise.all([
    Promise.all([stays, goes].map((one) => (one ? keysOf(one, store) : []))),
    stays && goes && stays.id !== goes.id ? referringTo(goes.id, store) : [],
  ])
  const files = [stays?.id, goes?.id]
  const others = referring.filter(({ id }) => !files.includes(id))
  return { said, stays, goes, keys: [...new Set(keys.flat())], referring: others }
}

/** The patient who is known by these numbers, if the actor sees that patient: nobody merges from outside. */
async function theirs(said: Patient, store: Reader, actor: Actor) {
  const known = await store.sameIdentifier(said)
  return known && sees(actor, await keysOf(known, store)) ? known : undefined
}

function joined(pair: Pair, at: Moment, actor: Actor): Plan {
  const { said, stays, goes } = pair
  const known = stays ?? goes
  if (!known) return { filtered: 'No patient who is known to this sender has one of these numbers.' }
  if (!stays || !goes || stays.id === goes.id) return renumbered(said, known)
  const files = [withBoth(said, stays, goes), replaced(goes, stays)]
  const others = pair.referring.map((one) => repointed(one, nameOf(goes), nameOf(stays)))
  return {
    write: [...files, ...others],
    grant: { [nameOf(stays)]: pair.keys },
    send: toldOf('patient.merged', files, pair, at, actor),
  }
}

/** Only one of the two is known, or they are one already: it has the numbers of both. */
function renumbered({ stays, goes }: Pair['said'], known: Kept<Patient>): Plan {
  const identifier = [...(stays.identifier ?? []), ...(goes.identifier ?? [])]
  const next = samePerson({ ...stays, identifier }, known)
  return sameContent(next, known) ? {} : { write: [next] }
}

/** The file that stays: what it lacked is taken from the other, what the message says is newest. */
function withBoth({ stays: newest }: Pair['said'], stays: Kept<Patient>, goes: Kept<Patient>): Kept<Patient> {
  const { id: _, meta: __, active: ___, link: ____, text: _____, ...others } = goes
  const { identifier = [], ...own } = stays
  const both = samePerson({ resourceType: 'Patient', identifier: others.identifier ?? [] }, stays)
  const whole = { ...others, ...own, identifier: both.identifier ?? identifier }
  const next = samePerson(newest, whole)
  const link = [...(stays.link ?? []), { other: { reference: nameOf(goes) }, type: 'replaces' as const }]
  return { ...next, active: true, link, id: stays.id, meta: stays.meta }
}

/** Its numbers are old ones now: by them the other is found. */
function replaced(goes: Kept<Patient>, stays: Kept<Patient>): Kept<Patient> {
  const link = [...(goes.link ?? []), { other: { reference: nameOf(stays) }, type: 'replaced-by' as const }]
  const identifier = (goes.identifier ?? []).map((one) => ({ ...one, use: 'old' as const }))
  return { ...goes, active: false, link, ...(identifier.length > 0 && { identifier }) }
}

const nameOf = ({ id }: Kept<Patient>) => `Patient/${id}`
