/**
 * `npm run simulate:season -- [--months 7] [--seed n] [--per-day 8]`
 *
 * Promise: nobody is forgotten. Some months of a territory, with the clock turned: requests for the eleven indications by
 * telephone, HL7 v2, FHIR and JSON, complete, incomplete and outside the protocol, more than there are places for MRI;
 * centres of all four kinds at the wire; refusals, moves, cancellations, no-shows, holidays, a system that is down for a
 * day. At the end what the gateway keeps and counts is held against the season's own ledger.
 *
 * Exit 0 when every request was answered, and examined, refused, taken back or declared short, no place was given twice,
 * and all counts are the same. A seed makes the same season again.
 */
import { parseArgs } from 'node:util'
import { season } from './season/index.ts'
import { report } from './season/report.ts'

const { values } = parseArgs({
  options: {
    months: { type: 'string', default: '7' },
    seed: { type: 'string', default: '1' },
    'per-day': { type: 'string', default: '8' },
  },
})
const startedAt = performance.now()
const options = {
  seed: Number(values.seed),
  days: Math.round(Number(values.months) * 30.4),
  perDay: Number(values['per-day']),
}
console.log(`seed ${options.seed}, ${options.days} days, about ${options.perDay} requests on a working day`)
const seconds = () => Math.round((performance.now() - startedAt) / 1000)
const played = await season({ ...options, tell: (text) => console.log(`${seconds()} s  ${text}`) })
console.log(report(played.entries, played.checked))
console.log(`\n${seconds()} s`)
process.exitCode = played.checked.breaches.length === 0 ? 0 : 1
