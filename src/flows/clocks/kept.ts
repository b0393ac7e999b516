import type { Appointment, Extension, Resource, Task } from '@medplum/fhirtypes'
import { extensions, systems } from '../../fhir/canonical.ts'
import { type KeptClock, keptClocks } from '../../fhir/clock.ts'
import type { Moment, Plan, Territory } from '../step.ts'
import { isOpen } from '../task.ts'
import {
  type Clock,
  type ClockName,
  calendarsOf,
  clockNames,
  clocksOf,
  type Marks,
  marksOf,
  type RequestFacts,
  readAt,
} from './clock.ts'
import { settingsOf } from './settings.ts'

/*
 * Where the clocks of a request are kept: on its Task.
 *
 *   extension clock         what was promised when it was started; for the answer, when it was given
 *   extension pause         while somebody's reply was waited for
 *   extension clock-alert   what is at risk or late now
 *   extension next-alert    when to look again (search parameter `next-alert`)
 *   restriction.period.end  the answer's due time, for who knows R4 alone
 *
 * The exam's clock is stopped by an appointment, and reads it there.
 */

/** A clock's code with how it stands: `answer-late`. */
export type ClockAlert = `${ClockName}-${'at-risk' | 'late'}`

/** A new Task with the clocks of its request, which asks for these modalities. */
export function clocked<T extends Task>(task: T, modalities: readonly string[], at: Moment): T {
  const settings = settingsOf(at.territory)
  const facts: RequestFacts = { submittedAt: task.authoredOn ?? at.now, pauses: [], modalities }
  const marks = clockNames.flatMap((name) => {
    const rule = settings.rules[name]
    const kept = marksOf(facts.submittedAt, rule, calendarsOf(name, facts, settings))
    return [{ name, marks: kept }]
  })
  const due = marks.find(({ name }) => name === 'answer')?.marks.dueAt
  return looked(
    {
      ...task,
      ...(due && { restriction: { ...task.restriction, period: { end: due } } }),
      extension: [
        ...(task.extension ?? []),
        ...marks.map(({ name, marks }) => extensionOf(name, marks, modalities)),
      ],
    },
    [],
    at,
  )
}

/**
 * A plan whose Tasks have their first answer noted, and their pauses.
 *
 * Asked of every step's plan, so that none has to think of it; save of one that has looked at the clocks itself.
 */
export function withClocksKept(plan: Plan, at: Pick<Moment, 'now' | 'territory'>): Plan {
  if (!plan.write?.some(({ resourceType }) => resourceType === 'Task')) return plan
  return { ...plan, write: plan.write.map((resource) => clocksKept(resource, at)) }
}

/** A resource as it is written. */
export function clocksKept<R extends Resource>(resource: R, at: Pick<Moment, 'now' | 'territory'>): R {
  if (resource.resourceType !== 'Task' || !hasClocks(resource)) return resource
  const task: Task = resource
  return againLooked(paused(answered(task, at.now), at.now), at) as R // it is a Task, as it was
}

export const hasClocks = ({ extension = [] }: Task): boolean =>
  extension.some(({ url }) => url === extensions.clock)

/** A Task with the clocks of another version of it: whoever writes a Task from outside does not set its clocks. */
export function withClocksOf<T extends Task>(task: T, before: Task | undefined): T {
  const own = (task.extension ?? []).filter(({ url }) => !clockUrls.includes(url))
  const kept = (before?.extension ?? []).filter(({ url }) => clockUrls.includes(url))
  const { extension: _, ...rest } = task
  return { ...rest, ...(own.length + kept.length > 0 && { extension: [...own, ...kept] }) } as T // the same but for them
}

const clockUrls: readonly string[] = [
  extensions.clock,
  extensions.clockAlert,
  extensions.nextAlert,
  extensions.pause,
]

/** What the clocks of a request follow from. Of its appointments, the earliest that is booked or was kept counts. */
export function requestFactsOf(task: Task, appointments: readonly Appointment[]): RequestFacts {
  const clocks = clocksIn(task)
  return {
    submittedAt: task.authoredOn ?? '',
    answeredAt: clocks.answer?.stoppedAt,
    examAt: examAt(appointments),
    endedAt: hasEnded(task) ? task.lastModified : undefined,
    pauses: pausesIn(task),
    modalities: clocks.exam?.modalities ?? [],
  }
}

const hasEnded = (task: Task) => !isOpen(task)

function examAt(appointments: readonly Appointment[]): string | undefined {
  return appointments
    .filter(({ status }) => status !== undefined && kept.includes(status))
    .flatMap(({ start }) => start ?? [])
    .sort((a, b) => Date.parse(a) - Date.parse(b))[0]
}

const kept: readonly string[] = ['booked', 'arrived', 'checked-in', 'fulfilled']

/** The clocks of a request as its Task keeps them; of a Task without, as the territory sets them now. */
export function clocksOfRequest(
  task: Task,
  appointments: readonly Appointment[],
  territory: Territory,
  now: string,
): Readonly<Record<ClockName, Clock>> {
  const settings = settingsOf(territory)
  const facts = requestFactsOf(task, appointments)
  const { answer, exam } = clocksIn(task)
  if (!answer || !exam) return clocksOf(facts, settings, now)
  return {
    answer: readAt('answer', answer, facts, settings, now),
    exam: readAt('exam', exam, facts, settings, now),
  }
}

/** The Task as it is after a look at its clocks: what they warn of, and when to look again. */
export function looked<T extends Task>(
  task: T,
  appointments: readonly Appointment[],
  at: Pick<Moment, 'now' | 'territory'>,
): T {
  const clocks = clocksOfRequest(task, appointments, at.territory, at.now)
  const alerts = alertsOf(clocks)
  const next = nextLook(clocks, at.now)
  const others = (task.extension ?? []).filter(
    ({ url }) => url !== extensions.clockAlert && url !== extensions.nextAlert,
  )
  return {
    ...task,
    extension: [
      ...others,
      ...alerts.map(alertExtension),
      ...(next ? [{ url: extensions.nextAlert, valueInstant: next }] : []),
    ],
  }
}

/** What the clocks warn of: nothing about those that have stopped. */
export function alertsOf(clocks: Readonly<Record<ClockName, Clock>>): ClockAlert[] {
  return clockNames.flatMap((name) => {
    const { state, standing } = clocks[name]
    const isWarning = (state === 'running' || state === 'planned') && standing !== 'in-time'
    return isWarning ? [`${name}-${standing}` as const] : []
  })
}

/** The next time at which a clock may stand otherwise than now. */
function nextLook(clocks: Readonly<Record<ClockName, Clock>>, now: string): string | undefined {
  const times = clockNames.flatMap((name) => {
    const { state, warnAt, dueAt, stoppedAt } = clocks[name]
    if (state === 'running') return [warnAt, dueAt]
    return state === 'planned' && stoppedAt ? [dueAt, stoppedAt] : []
  })
  return times
    .map((time) => new Date(time).toISOString())
    .filter((time) => time > now)
    .sort()[0]
}

export function alertsIn({ extension = [] }: Task): ClockAlert[] {
  return extension
    .filter(({ url }) => url === extensions.clockAlert)
    .flatMap(({ valueCodeableConcept }) => valueCodeableConcept?.coding?.[0]?.code ?? [])
    .map((code) => code as ClockAlert) // its value set has no other
}

/** Instant; undefined when there is nothing to look for. */
export const nextAlertOf = ({ extension = [] }: Task): string | undefined =>
  extension.find(({ url }) => url === extensions.nextAlert)?.valueInstant

const alertExtension = (code: ClockAlert): Extension => ({
  url: extensions.clockAlert,
  valueCodeableConcept: { coding: [{ system: systems.clockAlert, code }] },
})

/** The clocks that a Task keeps, by name. */
export const clocksIn = (task: Task): Partial<Record<ClockName, KeptClock>> => keptClocks(task)

function extensionOf(name: ClockName, marks: Marks, modalities: readonly string[]): Extension {
  return {
    url: extensions.clock,
    extension: [
      { url: 'name', valueCode: name },
      { url: 'mode', valueCode: marks.mode },
      { url: 'hours', valueDecimal: marks.hours },
      { url: 'start', valueInstant: marks.startedAt },
      { url: 'due', valueInstant: marks.dueAt },
      { url: 'strict-due', valueInstant: marks.strictDueAt },
      { url: 'warn', valueInstant: marks.warnAt },
      ...(name === 'exam' ? modalities.map((valueCode) => ({ url: 'modality', valueCode })) : []),
    ],
  }
}

/** The first answer of substance stops its clock, once and for all. */
function answered(task: Task, now: string): Task {
  if (!isAnswer(task) || clocksIn(task).answer?.stoppedAt) return task
  return {
    ...task,
    extension: (task.extension ?? []).map((one) =>
      isAnswerClock(one)
        ? { ...one, extension: [...(one.extension ?? []), { url: 'stop', valueInstant: now }] }
        : one,
    ),
  }
}

const isAnswerClock = ({ url, extension = [] }: Extension) =>
  url === extensions.clock && extension.some(({ url, valueCode }) => url === 'name' && valueCode === 'answer')

/** A Task in such a state has been answered: with a place or a proposal, a question, a refusal. */
function isAnswer({ status, businessStatus }: Task): boolean {
  return answerStates.includes(status ?? '') || codesIn(businessStatus).some((code) => answers.includes(code))
}

const answerStates: readonly string[] = ['on-hold', 'rejected', 'failed', 'completed']
/** Business statuses by which the prescriber knows more than that the request has come. */
const answers: readonly string[] = [
  'proposed',
  'awaiting-information',
  'visit-scheduled',
  'visit-complete',
  'waitlist',
  'no-capacity',
]

const codesIn = ({ coding = [], text }: NonNullable<Task['businessStatus']> = {}): string[] =>
  [...coding.map(({ code }) => code), text].flatMap((code) => code ?? [])

const pausesIn = ({ extension = [] }: Task) =>
  extension
    .filter(({ url }) => url === extensions.pause)
    .flatMap(({ valuePeriod: { start, end } = {} }) => (start ? [{ from: start, to: end }] : []))

/** While a Task is on hold somebody's reply is waited for. */
function paused(task: Task, now: string): Task {
  const isOnHold = task.status === 'on-hold'
  const isPaused = pausesIn(task).some(({ to }) => to === undefined)
  if (isOnHold === isPaused) return task
  const known = task.extension ?? []
  if (isOnHold)
    return { ...task, extension: [...known, { url: extensions.pause, valuePeriod: { start: now } }] }
  return { ...task, extension: known.map((one) => (isOpenPause(one) ? closedAt(one, now) : one)) }
}

const isOpenPause = ({ url, valuePeriod }: Extension) =>
  url === extensions.pause && valuePeriod?.end === undefined

const closedAt = (pause: Extension, end: string): Extension => ({
  ...pause,
  valuePeriod: { ...pause.valuePeriod, end },
})

/**
 * What a Task's own change says of its alerts: those that an end or an answer has made void go at once. Whether an
 * appointment has stopped the exam's clock is not known here: that is looked at, soon, when nothing else is planned.
 */
function againLooked(task: Task, at: Pick<Moment, 'now' | 'territory'>): Task {
  const clocks = clocksOfRequest(task, [], at.territory, at.now)
  const isOver = (alert: ClockAlert) => {
    const { state } = clocks[alert.startsWith('answer') ? 'answer' : 'exam']
    return state === 'stopped' || state === 'ended'
  }
  const known = task.extension ?? []
  const alerts = alertsIn(task).filter((alert) => !isOver(alert))
  const others = known.filter(({ url }) => url !== extensions.clockAlert && url !== extensions.nextAlert)
  const next = isOpen(task) ? lookAfter(task, clocks, alerts, at.now) : undefined
  const extension = [
    ...others,
    ...alerts.map(alertExtension),
    ...(next ? [{ url: extensions.nextAlert, valueInstant: next }] : []),
  ]
  return JSON.stringify(extension) === JSON.stringify(known) ? task : { ...task, extension }
}

/** An alert about the exam may have become void by this very change: its appointments are looked at, soon. */
function lookAfter(
  task: Task,
  clocks: Readonly<Record<ClockName, Clock>>,
  alerts: readonly ClockAlert[],
  now: string,
): string | undefined {
  if (alerts.some((alert) => alert.startsWith('exam')) || clocks.exam.standing === 'late') return now
  return [nextAlertOf(task), nextLook(clocks, now)].flatMap((time) => time ?? []).sort()[0]
}
