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
  ['clients', ({ concurrency }) => String(concurrency)],
  ['per second', ({ perSecond }) => sized(perSecond)],
  ['p50 ms', ({ p50Ms }) => sized(p50Ms)],
  ['p99 ms', ({ p99Ms }) => sized(p99Ms)],
  ['errors', ({ errors }) => String(errors)],
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
