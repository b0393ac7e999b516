import type { Calendar, Span } from './calendar.ts'
import { type Allowance, dueAt, openMsBetween, overlapMs } from './due.ts'

/** The two clocks of a request: until the prescriber is answered, until the exam begins. */
export type ClockName = 'answer' | 'exam'

export const clockNames: readonly ClockName[] = ['answer', 'exam']

/** How a territory sets one of its clocks. */
export interface ClockRule extends Allowance {
  /** What was promised in hours as they pass, whatever the mode. */
  strictHours: number
  /** Share of the time after which the cell is warned: 0.75. */
  warnAt: number
}

/** A territory's clocks, and the calendars that they go by. */
export interface ClockSettings {
  rules: Readonly<Record<ClockName, ClockRule>>
  /** The cell's, by which it answers. */
  cell: readonly Calendar[]
  /** The centres', each with what it examines (DICOM codes; none: anything). */
  centres: readonly { modalities: readonly string[]; calendar: Calendar }[]
}

/** What the clocks of a request follow from. Instants. */
export interface RequestFacts {
  submittedAt: string
  /** First substantive answer to the prescriber: a proposal, a question, a refusal. */
  answeredAt?: string | undefined
  /** Start of the exam that is booked or done. */
  examAt?: string | undefined
  /** When the request was taken back, refused or declared short: nothing is due any more. */
  endedAt?: string | undefined
  /** While somebody's reply was waited for; the last may still go on. */
  pauses: readonly { from: string; to?: string | undefined }[]
  /** DICOM codes of what is asked for; none: unknown. */
  modalities: readonly string[]
}

/**
 * One clock of a request, at some time.
 *
 * `elapsedMs` and `share` are by the territory's mode. The strict values, of plain hours, always stand beside. Time in
 * pauses is told apart and taken off nothing.
 */
export interface Clock {
  startedAt: string
  dueAt: string
  strictDueAt: string
  /** When the cell is warned. */
  warnAt: string
  /** Answered, or begun; an exam that is booked stops its clock at a time to come. */
  stoppedAt?: string
  state: ClockState
  standing: Standing
  strictStanding: Standing
  elapsedMs: number
  strictElapsedMs: number
  /** Of the time allowed, what has passed: 1 at the due time, more when it is over. */
  share: number
  strictShare: number
  pausedMs: number
}

/** `planned`: an exam is booked. `ended`: the request ended without it. */
export type ClockState = 'running' | 'planned' | 'stopped' | 'ended'

/** `at-risk`: warned of, and nothing has stopped it. `late`: over, or planned for a time when it will be. */
export type Standing = 'in-time' | 'at-risk' | 'late'

/** Both clocks of a request at an instant. One knows nothing of the other. */
export function clocksOf(
  facts: RequestFacts,
  settings: ClockSettings,
  now: string,
): Readonly<Record<ClockName, Clock>> {
  return { answer: clockOf('answer', facts, settings, now), exam: clockOf('exam', facts, settings, now) }
}

export function clockOf(name: ClockName, facts: RequestFacts, settings: ClockSettings, now: string): Clock {
  const rule = settings.rules[name]
  const marks = marksOf(facts.submittedAt, rule, calendarsOf(name, facts, settings))
  return readAt(name, marks, facts, settings, now)
}

/** The calendars that a clock goes by: the cell's, or those of all centres that do the exam. */
export function calendarsOf(
  name: ClockName,
  { modalities }: Pick<RequestFacts, 'modalities'>,
  { cell, centres }: ClockSettings,
): readonly Calendar[] {
  if (name === 'answer') return cell
  const able = centres.filter(
    (centre) =>
      modalities.length === 0 ||
      centre.modalities.length === 0 ||
      centre.modalities.some((modality) => modalities.includes(modality)),
  )
  return (able.length > 0 ? able : centres).map(({ calendar }) => calendar)
}

/** What was promised when a clock was started: it stands, should the territory's rule change later. */
export interface Marks extends Pick<Clock, 'startedAt' | 'dueAt' | 'strictDueAt' | 'warnAt'>, Allowance {}

/** The marks of a clock that is started at an instant. */
export function marksOf(startedAt: string, rule: ClockRule, calendars: readonly Calendar[]): Marks {
  const { hours, mode, strictHours, warnAt } = rule
  const start = Date.parse(startedAt)
  const due = dueAt(start, rule, calendars)
  const warn =
    mode === 'opening-hours'
      ? dueAt(start, { mode, hours: hours * warnAt }, calendars)
      : Math.round(start + (due - start) * warnAt)
  return {
    startedAt: instant(start),
    dueAt: instant(due),
    strictDueAt: instant(start + strictHours * hourMs),
    warnAt: instant(warn),
    hours,
    mode,
  }
}

const hourMs = 3_600_000

const instant = (ms: number) => new Date(ms).toISOString()

/** A clock with these marks, at some time. */
export function readAt(
  name: ClockName,
  { hours, mode, ...marks }: Marks,
  facts: RequestFacts,
  settings: ClockSettings,
  now: string,
): Clock {
  const [start, due, strictDue, warn] = [marks.startedAt, marks.dueAt, marks.strictDueAt, marks.warnAt].map(
    Date.parse,
  ) as [number, number, number, number] // four in, four out
  const stop = name === 'answer' ? facts.answeredAt : facts.examAt
  const state = stateOf(name, { stop, ended: facts.endedAt }, Date.parse(now))
  const until = Math.max(start, endOf(state, stop, facts.endedAt, Date.parse(now)))
  const judged = state === 'planned' && stop !== undefined ? Date.parse(stop) : until
  const strictElapsedMs = until - start
  const elapsedMs =
    mode === 'opening-hours'
      ? openMsBetween(start, until, calendarsOf(name, facts, settings))
      : strictElapsedMs
  return {
    ...marks,
    ...(stop !== undefined && (state === 'stopped' || state === 'planned') && { stoppedAt: stop }),
    state,
    standing: standingOf(judged, due, warn, state),
    strictStanding: standingOf(
      judged,
      strictDue,
      start + ((strictDue - start) * (warn - start)) / (due - start),
      state,
    ),
    elapsedMs,
    strictElapsedMs,
    share: elapsedMs / (mode === 'opening-hours' ? hours * hourMs : due - start),
    strictShare: strictElapsedMs / (strictDue - start),
    pausedMs: pausedMs(facts, { start, end: until }, Date.parse(now)),
  }
}

interface Ends {
  stop: string | undefined
  ended: string | undefined
}

function stateOf(name: ClockName, { stop, ended }: Ends, now: number): ClockState {
  if (name === 'exam' && stop !== undefined && Date.parse(stop) > now)
    return ended === undefined ? 'planned' : 'ended'
  if (stop !== undefined) return 'stopped'
  return ended === undefined ? 'running' : 'ended'
}

function endOf(state: ClockState, stop: string | undefined, ended: string | undefined, now: number): number {
  if (state === 'stopped') return Date.parse(stop ?? '')
  return state === 'ended' ? Date.parse(ended ?? '') : now
}

/** In the very moment that is due an answer is in time still; what still runs then is late. */
function standingOf(at: number, due: number, warn: number, state: ClockState): Standing {
  if (at > due || (state === 'running' && at === due)) return 'late'
  return state === 'running' && at >= warn ? 'at-risk' : 'in-time'
}

/** Pauses that overlap count once. */
function pausedMs({ pauses }: RequestFacts, within: Span, now: number): number {
  const spans = pauses
    .map(({ from, to }) => ({ start: Date.parse(from), end: to === undefined ? now : Date.parse(to) }))
    .sort((a, b) => a.start - b.start)
  let [sum, counted] = [0, within.start]
  for (const { start, end } of spans) {
    sum += overlapMs({ start: Math.max(start, counted), end }, within)
    counted = Math.max(counted, end)
  }
  return sum
}
