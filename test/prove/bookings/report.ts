import { type Breach, rules } from './check.ts'
import type { AtCentre, Event } from './history.ts'

/** What came of a proof, for people. */
export function report(events: readonly Event[], breaches: readonly Breach[]): string {
  return [
    ...operations(events),
    '',
    ...disturbances(events),
    '',
    ...centres(events),
    '',
    ...freshness(events),
    '',
    ...promises(breaches),
  ].join('\n')
}

const of = <Kind extends Event['event']>(events: readonly Event[], kind: Kind) =>
  events.filter((one): one is Extract<Event, { event: Kind }> => one.event === kind)

function operations(events: readonly Event[]): string[] {
  const outcomes = new Map(of(events, 'answered').map(({ n, outcome }) => [n, outcome]))
  const byOperation = Map.groupBy(of(events, 'asked'), ({ operation }) => operation)
  return [...byOperation].map(([operation, all]) => {
    const counts = Map.groupBy(all, ({ n }) => outcomes.get(n) ?? 'unknown')
    const parts = [...counts].map(([outcome, { length }]) => `${outcome} ${length}`)
    return `  ${operation.padEnd(8)} ${String(all.length).padStart(6)}   ${parts.sort().join(', ')}`
  })
}

function disturbances(events: readonly Event[]): string[] {
  const all = Map.groupBy(
    of(events, 'disturbed').filter(({ what }) => !what.endsWith(': over')),
    ({ what }) => what,
  )
  return [`  nemesis: ${[...all].map(([what, { length }]) => `${what} ${length}`).join(', ') || 'none'}`]
}

/** Refusals because the desk was quicker, as a share of what the centres were asked. */
export function quicker(events: readonly Event[]): { refused: number; asked: number } {
  const all = of(events, 'centre')
  const count = (what: AtCentre['what']) => all.filter((one) => one.what === what).length
  return { refused: count('refused'), asked: count('refused') + count('booked') }
}

function centres(events: readonly Event[]): string[] {
  const whats = Map.groupBy(of(events, 'centre'), ({ what }) => what)
  const { refused, asked } = quicker(events)
  const share = asked === 0 ? 'nothing was asked' : `${((100 * refused) / asked).toFixed(2)} in 100`
  return [
    `  centres: ${[...whats].map(([what, { length }]) => `${what} ${length}`).join(', ')}`,
    `  refused because the desk was quicker: ${refused} of ${asked} (${share}; promised: under 1)`,
  ]
}

function freshness(events: readonly Event[]): string[] {
  const promised = { pushed: 5, polled: 60 }
  return (['pushed', 'polled'] as const).map((way) => {
    const all = of(events, 'seen')
      .filter((one) => one.way === way)
      .map(({ ms }) => ms / 1000)
      .sort((a, b) => a - b)
    const at = (part: number) =>
      all[Math.min(all.length - 1, Math.floor(all.length * part))]?.toFixed(1) ?? '-'
    return `  desk's change visible by search, ${way}: p50 ${at(0.5)} s, p95 ${at(0.95)} s, ${all.length} changes (promised p95: ${promised[way]} s)`
  })
}

/** So many breaches of one promise are shown. */
const shown = 5

function promises(breaches: readonly Breach[]): string[] {
  return Object.entries(rules).flatMap(([rule, text]) => {
    const broken = breaches.filter((one) => one.rule === rule)
    return [
      `  ${String(broken.length).padStart(6)}  breaches: ${text}`,
      ...broken.slice(0, shown).map((one) => `            ${one.about}: ${one.text}`),
    ]
  })
}
