import { type Breach, freshMs, ours, quantile, rules } from './check.ts'
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
  return (['pushed', 'polled'] as const).flatMap((way) => {
    const all = of(events, 'seen').filter((one) => one.way === way)
    const spans = harms(events)
    const calm = all.filter(({ at, ms }) => !spans.some(({ from, to }) => from < at && at - ms < to))
    const promised = `(promised p95: ${freshMs[way] / 1000} s)`
    const since = way === 'pushed' ? 'since the gateway that took it was told' : 'since the desk acted'
    return [
      `  desk's change visible by search, ${way}, ${since}: ${spread(all.map(ours))} ${promised}`,
      ...(way === 'pushed'
        ? [`    with what the centre waited for a gateway to take it: ${spread(all)}`]
        : []),
      `    while nothing was harmed: ${spread(calm)}`,
    ]
  })
}

function spread(all: readonly { ms: number }[]): string {
  const at = (part: number) => ((quantile(all, part) ?? Number.NaN) / 1000).toFixed(1)
  return all.length === 0 ? 'no changes' : `p50 ${at(0.5)} s, p95 ${at(0.95)} s, ${all.length} changes`
}

/** From when to when harm was done. */
function harms(events: readonly Event[]): { from: number; to: number }[] {
  const all = of(events, 'disturbed')
  return all
    .filter(({ what }) => !what.endsWith(': over'))
    .map(({ what, at }) => {
      const over = all.find((one) => one.at >= at && one.what === `${what}: over`)
      return { from: at, to: over?.at ?? Number.POSITIVE_INFINITY }
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
