import type { Checked } from './check.ts'
import { stopOf } from './check.ts'
import type { Entry } from './ledger.ts'

const hour = 3_600_000

/** What is told of a season: how many were answered within a day and examined within two, and why the others were not. */
export function report(entries: readonly Entry[], { breaches, compared }: Checked): string {
  return [
    '',
    `${entries.length} requests: ${counted(entries, (one) => one.ended ?? 'examined')}`,
    `by way: ${counted(entries, ({ way }) => way)}; by kind: ${counted(entries, ({ kind }) => kind)}`,
    `by modality: ${counted(entries, ({ modality }) => modality)}`,
    `by indication: ${counted(entries, ({ indication }) => indication)}`,
    '',
    told('answer', 'answered', 24, entries),
    told('exam', 'examined', 48, entries),
    '',
    'counted by the gateway and by the season itself:',
    ...compared.map(
      ({ name, gateway, ledger }) =>
        `  ${gateway === ledger ? 'same' : 'DIFFERENT'}  ${name}: ${gateway}${gateway === ledger ? '' : `, ledger ${ledger}`}`,
    ),
    '',
    ...(breaches.length === 0
      ? [
          'Every request was answered, and examined, refused, taken back or declared short; no place was given twice; all counts are the same.',
        ]
      : breaches.map(({ rule, text }) => `BROKEN ${rule}: ${text}`)),
  ].join('\n')
}

function told(clock: 'answer' | 'exam', verb: string, hours: number, entries: readonly Entry[]): string {
  const known = entries.flatMap((entry) => {
    const stop = stopOf(clock, entry)
    return stop === 'excluded' ? [] : [{ entry, stop }]
  })
  const isSoon = ({ entry, stop }: (typeof known)[number]) =>
    stop !== undefined && stop - entry.receivedAt <= hours * hour
  const late = known.filter((one) => !isSoon(one)).map(({ entry }) => entry)
  const soon = known.length - late.length
  return [
    `${soon} of ${known.length} were ${verb} within ${hours} hours as they pass (${Math.round((100 * soon) / Math.max(1, known.length))} %).`,
    ...(late.length > 0 ? [`  the others: ${counted(late, (entry) => whyLate(entry))}`] : []),
  ].join('\n')
}

/** What most of all kept a request, by its own story. */
const causes = [
  'no place',
  'no-show',
  'cancelled by the patient',
  'moved by the centre',
  'system down',
  'asked for answers',
  'refused by the centre',
  'telephone',
]

function whyLate({ story, receivedAt }: Entry): string {
  const cause = causes.find((one) => story.includes(one))
  if (cause) return cause
  const day = new Date(receivedAt).getUTCDay()
  return day === 5 || day === 6 || day === 0 ? 'came before a Sunday' : 'the first free place was later'
}

function counted(entries: readonly Entry[], by: (entry: Entry) => string): string {
  return [...Map.groupBy(entries, by)]
    .map(([name, same]) => [name, same.length] as const)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}
