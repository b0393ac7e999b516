import type { Slot } from '@medplum/fhirtypes'
import { sees } from '../../auth/gate.ts'
import { failure } from '../../fhir/outcome.ts'
import { parseSearch } from '../../fhir/search.ts'
import type { Kept } from '../../store/index.ts'
import { readDiaries } from '../slots/diaries.ts'
import type { Desk } from '../step.ts'
import type { Wanted } from './facts.ts'
import { byBeginning, chainFrom, minutesOf } from './finding/joined.ts'
import type { Proposal } from './proposal.ts'

/**
 * The slots that a proposal stands for, in order of time, free or not. Undefined when the first is not there for these
 * eyes, or what was joined to it does not make up the time any more.
 */
export async function slotsOfProposal(
  { slot, minutes }: Proposal,
  desk: Desk,
): Promise<Kept<Slot>[] | undefined> {
  const reader = desk.store.reader()
  const [first, keys] = await Promise.all([reader.read('Slot', slot), reader.sight(`Slot/${slot}`)])
  if (!first || !sees(desk.actor, keys)) return undefined
  if (minutes === undefined) return [first]
  const { diaries } = await (desk.diaries ?? readDiaries(desk)).now()
  const diary = diaries.find(({ reference }) => reference === first.schedule.reference)
  if (!diary) return undefined
  const all = await beginningIn(first, minutes, desk)
  const chain = chainFrom(first, minutes, byBeginning(all), diary)
  return minutesOf(chain) >= minutes ? chain : undefined
}

/** What is to be taken for a proposal: all of its slots. Fails: conflict when what was joined is not there any more. */
export async function wantedOf(proposal: Proposal, desk: Desk): Promise<Wanted> {
  const { slot, request } = proposal
  const slots = await slotsOfProposal(proposal, desk)
  if (slots) return { slot, with: slots.slice(1).map(({ id }) => id), ...(request && { request }) }
  throw failure(
    'conflict',
    'The slots of this proposal do not make up its time any more. Look again with Appointment/$find.',
    'Appointment.slot',
  )
}

/** The slots of a diary, for these eyes, that begin in so many minutes. */
async function beginningIn(first: Kept<Slot>, minutes: number, { store, actor }: Desk) {
  const query = new URLSearchParams([
    ['schedule', first.schedule.reference ?? ''],
    ['status', 'free,busy,busy-tentative,busy-unavailable'],
    ['start', `ge${first.start}`],
    ['start', `lt${new Date(Date.parse(first.start) + minutes * 60_000).toISOString()}`],
    ['_sort', 'start'],
    ['_count', '1000'],
  ])
  const { entries } = await store.search(parseSearch('Slot', query).search, actor.sight)
  // Bodies are what the store keeps: Slots, complete.
  return entries.map(({ body }) => JSON.parse(body) as Kept<Slot>)
}
