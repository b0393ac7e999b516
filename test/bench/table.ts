import { cpus, loadavg } from 'node:os'
import type { Row } from './measure.ts'

type Column = [title: string, of: (row: Row) => string]

const number = (value: number | null, digits: number) =>
  value === null
    ? ''
    : value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })

/** Three figures that say something: `1,840`, `12.4`, `0.087`. */
const sized = (value: number) => number(value, value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3)

const columns: readonly Column[] = [
  ['scenario', ({ name }) => name],
  ['slots', ({ slots }) => number(slots, 0)],
  ['clients', ({ concurrency }) => String(concurrency)],
  ['per second', ({ perSecond }) => sized(perSecond)],
  ['p50 ms', ({ p50Ms }) => sized(p50Ms)],
  ['p95 ms', ({ p95Ms }) => sized(p95Ms)],
  ['p99 ms', ({ p99Ms }) => sized(p99Ms)],
  ['errors', ({ errors }) => String(errors)],
  ['conflicts', ({ conflicts }) => String(conflicts)],
  ['CPU ms, gateway', ({ gatewayCpuMs }) => number(gatewayCpuMs, 3)],
  ['CPU ms, database', ({ databaseCpuMs }) => number(databaseCpuMs, 3)],
  ['floor', ({ floor }) => floor ?? ''],
  ['its rate', ({ floorPerSecond }) => (floorPerSecond === null ? '' : sized(floorPerSecond))],
  ['ratio', ({ ratio }) => number(ratio, 2)],
]

/** The rows for people: aligned, with what else the machine was doing. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, of]) => of(row)))]
  const widths = columns.map((_, n) => Math.max(...cells.map((line) => line[n]?.length ?? 0)))
  const isText = (n: number) => n === 0 || columns[n]?.[0] === 'floor'
  const lines = cells.map((line) =>
    line
      .map((cell, n) => (isText(n) ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  return [
    ...lines,
    '',
    `${cpus().length} processors; load average ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
  ].join('\n')
}

/** What each request costs when there are many more slots, as a part of what it did before; nothing when there were not. */
export function growthOf(rows: readonly Row[]): string {
  const lines = rows.flatMap((row) => {
    const before = rows.find(
      ({ name, concurrency, slots }) =>
        name === row.name && concurrency === row.concurrency && slots < row.slots,
    )
    return before ? [growth(before, row)] : []
  })
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`
}

function growth(before: Row, after: Row): string {
  const times = (of: (row: Row) => number | null) => ((of(after) ?? 0) / (of(before) ?? 1)).toFixed(2)
  const sizes = `${number(after.slots, 0)} slots beside ${number(before.slots, 0)}`
  const cpu = times(({ gatewayCpuMs, databaseCpuMs }) => gatewayCpuMs + (databaseCpuMs ?? 0))
  return `${after.name}, ${after.concurrency} clients, ${sizes}: rate × ${times(({ perSecond }) => perSecond)}, CPU × ${cpu} (gateway × ${times(({ gatewayCpuMs }) => gatewayCpuMs)}, database × ${times(({ databaseCpuMs }) => databaseCpuMs)})`
}
