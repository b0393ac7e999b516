import type { Appointment, AppointmentParticipant, Slot } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import { sees } from '../../auth/gate.ts'
import { failure, type Issue, issue } from '../../fhir/outcome.ts'
import { dayIn } from '../../fhir/zone.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { isOpenOn } from '../slots/conventions.ts'
import { type Diary, type DiaryBook, readDiaries } from '../slots/diaries.ts'
import { reservationOf } from '../slots/rules.ts'
import { type Source, sourcesNow } from '../slots/sources.ts'
import type { Desk } from '../step.ts'
import { anyOf, type Candidate, earliest, endOf, firstLook, type Search } from './finding/candidates.ts'
import { isAsked } from './finding/eligible.ts'
import { minutesOf } from './finding/joined.ts'
import { examsAsked, needsOf } from './finding/needs.ts'
import { byRank, rankOf } from './finding/rank.ts'
import { spansOf, windowOf } from './finding/spans.ts'
import { unmetIn } from './finding/timing.ts'
import { type Visit, visitsOf } from './finding/visit.ts'
import type { Wish } from './finding/wish.ts'
import { reasonsOf, told } from './finding/words.ts'
import { someIn } from './hold.ts'
import { proposalId, proposalOf } from './proposal.ts'
import { slotsOfProposal } from './proposed.ts'
import { referenceTo } from './states.ts'

export type { Wish } from './finding/wish.ts'

/** Places that were found, and what is known where: some free, none free, or not known and why. */
export interface Found {
  proposals: Appointment[]
  issues: Issue[]
}

/**
 * Places that fit, best first: within the clinical window, reserved for the asker, the earliest, the nearest. Nothing is
 * kept.
 *
 * Fails: business-rule when the request says its exam in words only, and the wish does not say which it is.
 */
export async function find(wish: Wish, desk: Desk): Promise<Found> {
  const { book, sources, asked, search } = await searchFor(wish, desk)
  const best = await bestOf(search, desk)
  const visit = await visitOf(wish, best, search, desk)
  const proposals = visit ?? best.slice(0, wish.count).map((one, n) => alone(one, n, search, sources))
  return {
    proposals,
    issues: [
      ...untold(wish),
      ...(await availability(asked, best, search, sources, desk)),
      ...unconnected(book, wish, desk),
    ],
  }
}

/** The slots of the places that `find` would propose, best first, each with what is joined to it. Fails likewise. */
export async function findSlots(wish: Wish, desk: Desk): Promise<[Kept<Slot>, ...Kept<Slot>[]][]> {
  const { search } = await searchFor(wish, desk)
  const best = await bestOf(search, desk)
  return best.slice(0, wish.count).map(({ slot, joined = [] }) => [slot, ...joined])
}

/** Where is to be looked, and for what: the diaries that are asked for, of these those that are shown, and what the exam needs. */
async function searchFor(wish: Wish, desk: Desk) {
  const exams = examsOf(wish, desk)
  const [book, sources] = await Promise.all([(desk.diaries ?? readDiaries(desk)).now(), sourcesNow(desk)])
  const asked = book.diaries.filter((diary) => isAsked(diary, wish, exams))
  const open = asked.filter((diary) => isShown(diary, sources, desk))
  const needs = await needsOf(wish, exams, open, desk.store.reader(), desk.territory)
  const search: Search = { wish, needs, diaries: open, desk }
  return { book, sources, asked, search }
}

/** What a slot must be for: what the wish says, else the request. */
function examsOf({ request, exams }: Wish, { territory }: Desk): string[] {
  const all = exams.length > 0 ? [...exams] : examsAsked(request, territory)
  if (all.length > 0 || !request) return all
  throw failure(
    'business-rule',
    'The request says its exam in words only: give its code or its modality in visit-type.',
    'Parameters.parameter',
  )
}

/** Whether a diary's places are shown now: its centre takes part, and it is known as well as the territory wants. */
function isShown(
  { peer, conventions }: Diary,
  sources: readonly Source[],
  { territory, clock }: Desk,
): boolean {
  const source = sources.find((one) => one.peer === peer)
  return source?.hidden === false && isOpenOn(dayIn(territory.zone, clock().getTime()), conventions)
}

/** The best places: of each kind in turn, until there are enough. */
async function bestOf(search: Search, desk: Desk): Promise<Candidate[]> {
  const { wish, needs } = search
  const found: Candidate[] = []
  const left = () => wish.count - found.length
  for (const { inWindow, spans } of spansOf(wish, desk.clock(), desk.territory.zone)) {
    if (left() <= 0) break
    const looks = await Promise.all(
      spans.map(async (span) => ({ span, ...(await firstLook(search, span, left())) })),
    )
    for (const reserved of [true, false]) {
      for (const { span, ...look } of looks) {
        const first = reserved ? look.reserved : look.open
        if (left() > 0) found.push(...(await earliest(search, span, { reserved, inWindow }, left(), first)))
      }
    }
  }
  const ranked = found.map((one) => [one, rankOf(one, wish, needs, desk.territory)] as const)
  return ranked.sort(([, a], [, b]) => byRank(a, b)).map(([one]) => one)
}

function alone(candidate: Candidate, n: number, search: Search, sources: readonly Source[]): Appointment {
  const { wish, needs, desk } = search
  const rank = rankOf(candidate, wish, needs, desk.territory)
  const reasons = reasonsOf(rank, isFresh(candidate, sources) ? [] : ['not-fresh'])
  return { ...proposed(candidate, wish), extension: told(n + 1, rank, reasons) }
}

const isFresh = ({ diary }: Candidate, sources: readonly Source[]) =>
  sources.find(({ peer }) => peer === diary.peer)?.knowledge === 'current'

/** The exams of one visit, as pairs of proposals; undefined when there is but one exam. */
async function visitOf(
  wish: Wish,
  best: readonly Candidate[],
  search: Search,
  desk: Desk,
): Promise<Appointment[] | undefined> {
  const { territory, store, diaries } = desk
  const [companion] = wish.companions ?? []
  const { request: _, ...rest } = wish
  const exams = wish.together?.length ? [...wish.together] : examsAsked(companion, territory)
  if (exams.length === 0) return undefined
  const other: Wish = { ...rest, exams, ...(companion && { request: companion }) }
  const { diaries: all } = await (diaries ?? readDiaries(desk)).now()
  const sources = await sourcesNow(desk)
  const open = all.filter((diary) => isAsked(diary, other, exams) && isShown(diary, sources, desk))
  const needs = await needsOf(other, exams, open, store.reader(), territory)
  const span = windowOf(wish, desk.clock(), territory.zone)
  const visits = await visitsOf(best, { wish: other, needs, diaries: open, desk }, span)
  return withinCount(visits, wish.count).flatMap(({ first, second, how }, n) => {
    const rank = rankOf(first, wish, search.needs, territory)
    const extension = told(n + 1, rank, reasonsOf(rank, [how]))
    const one = proposed(first, wish)
    if (!second) return [{ ...one, extension }]
    const two = proposed(second, other)
    const beside = ({ id }: Appointment) => [{ reference: `Appointment/${id}` }]
    return [
      { ...one, extension, supportingInformation: beside(two) },
      { ...two, extension, supportingInformation: beside(one) },
    ]
  })
}

/** The first visits, of so many proposals together; a pair is not divided, and one visit there always is. */
function withinCount(visits: readonly Visit[], count: number): Visit[] {
  let left = count
  return visits.filter(({ second }, n) => {
    left -= second ? 2 : 1
    return n === 0 || left >= 0
  })
}

/** What of the wish no single place can honour. */
function untold({ timing }: Wish): Issue[] {
  const unmet = timing ? unmetIn(timing) : []
  if (unmet.length === 0) return []
  return [
    issue(
      'informational',
      `Places are found one by one: of timing, this is not looked at: ${unmet.join(', ')}.`,
      'Parameters.parameter',
      'warning',
    ),
  ]
}

/** What is known at each centre that was asked for: one answer each. */
async function availability(
  asked: readonly Diary[],
  found: readonly Candidate[],
  search: Search,
  sources: readonly Source[],
  desk: Desk,
): Promise<Issue[]> {
  const centres = new Set(found.map(({ diary }) => diary.centre))
  const rest = search.diaries.filter(({ centre }) => !centres.has(centre))
  const span = windowOf(search.wish, desk.clock(), desk.territory.zone)
  const there = (await anyOf({ ...search, diaries: rest }, span)).map(({ diary }) => diary.centre)
  const some = new Set([...centres, ...there])
  return [...new Set(asked.map(({ centre }) => centre))].map((centre) =>
    answerOf(centre, some.has(centre), sources),
  )
}

/** Some, none, or not known and why. What is marked as old is shown all the same. */
function answerOf(centre: string, isSome: boolean, sources: readonly Source[]): Issue {
  const unsure = sources.flatMap(({ centre: of, knowledge, hidden, seenAt = 'no time so far' }) =>
    of === centre && knowledge !== 'current' ? [{ knowledge, hidden, seenAt }] : [],
  )[0]
  if (isSome && !unsure?.hidden) return { ...issue('some-free', 'Some are free.'), centre }
  if (!unsure) return { ...issue('none-free', 'None is free.'), centre }
  return { ...issue(`diary-${unsure.knowledge}`, unknown[unsure.knowledge](unsure.seenAt)), centre }
}

const unknown = {
  old: (seenAt: string) =>
    `Not known: the diary was last read at ${seenAt}. Ask the centre, or look again later.`,
  failing: (seenAt: string) =>
    `Not known: the centre's system does not answer; its diary was last read at ${seenAt}.`,
  unread: () => 'Not known: the diary has not been read so far. Look again in a moment.',
  'not-connected': () => 'Not known: the centre is not connected. Ask it by telephone.',
}

/** Centres that take part and that nothing is known of; of those that were named, if any were. */
function unconnected(
  { unconnected }: DiaryBook,
  { organizations }: Wish,
  { territory, clock }: Desk,
): Issue[] {
  const today = dayIn(territory.zone, clock().getTime())
  return unconnected
    .filter(({ centre, conventions }) => isOpenOn(today, conventions) && isAmongOrAll(centre, organizations))
    .map(({ centre }) => ({ ...issue('diary-not-connected', unknown['not-connected']()), centre }))
}

const isAmongOrAll = (one: string, all: readonly string[]) => all.length === 0 || all.includes(one)

function proposed(candidate: Candidate, { request, patients = [], patient, start, end }: Wish): Appointment {
  const { slot, joined = [], diary } = candidate
  const subjects = request?.subject.reference ? [request.subject.reference] : patients
  const minutes = Math.floor(minutesOf([slot, ...joined]))
  return {
    resourceType: 'Appointment',
    id: proposalId({
      slot: slot.id,
      ...(joined.length > 0 && { minutes }),
      ...(request && { request: request.id }),
    }),
    status: 'proposed',
    ...(slot.serviceType && { serviceType: slot.serviceType }),
    ...(slot.specialty && { specialty: slot.specialty }),
    start: slot.start,
    end: endOf(candidate),
    slot: [slot, ...joined].map((one) => ({ reference: referenceTo(one) })),
    ...(request && { basedOn: [{ reference: referenceTo(request) }] }),
    participant: someIn([
      ...subjects.map(participant),
      ...(subjects.length === 0 && patient ? [asTold(patient.identifier?.[0])] : []),
      ...diary.actors.map(participant),
    ]),
    requestedPeriod: [{ start, end }],
  }
}

/**
 * A proposal once more, from its id alone: as long as its slot is free and for these eyes.
 * Undefined for any other id.
 */
export async function proposalAgain(id: string, desk: Desk): Promise<Appointment | undefined> {
  const wanted = proposalOf(id)
  if (!wanted) return undefined
  const reader = desk.store.reader()
  const [slots, request, book, sources] = await Promise.all([
    slotsOfProposal(wanted, desk),
    wanted.request === undefined ? undefined : requestSeen(wanted.request, reader, desk.actor),
    (desk.diaries ?? readDiaries(desk)).now(),
    sourcesNow(desk),
  ])
  const [slot, ...joined] = slots ?? []
  if (!slot || [slot, ...joined].some(({ status }) => status !== 'free')) return undefined
  if (wanted.request !== undefined && !request) return undefined
  const diary = book.diaries.find(({ reference }) => reference === slot.schedule.reference)
  if (!diary || !isShown(diary, sources, desk)) return undefined
  const wish: Wish = {
    start: slot.start,
    end: joined.at(-1)?.end ?? slot.end,
    exams: [],
    organizations: [],
    locations: [],
    count: 1,
    ...(request && { request }),
  }
  const candidate = { slot, joined, diary, reserved: reservationOf(slot) !== undefined, inWindow: true }
  const rank = rankOf(
    candidate,
    wish,
    { exams: [], reasons: [], regions: [], contrast: false, implants: [], people: 1 },
    desk.territory,
  )
  return { ...proposed(candidate, wish), extension: told(1, rank, reasonsOf(rank, [])) }
}

async function requestSeen(id: string, reader: Reader, actor: Actor) {
  const [kept, keys] = await Promise.all([
    reader.read('ServiceRequest', id),
    reader.sight(`ServiceRequest/${id}`),
  ])
  return kept && sees(actor, keys) ? kept : undefined
}

const participant = (reference: string): AppointmentParticipant => ({
  actor: { reference },
  status: 'needs-action',
})

/** Who is not kept here is named as whoever asks has named him. */
const asTold = (
  identifier: NonNullable<AppointmentParticipant['actor']>['identifier'],
): AppointmentParticipant => ({
  actor: { type: 'Patient', ...(identifier ? { identifier } : { display: 'The patient of the question' }) },
  status: 'needs-action',
})
