/**
 * `npm run prove:delivery -- [--messages 100000] [--seed n] [--at-once 24] [--control] [--soak <minutes> --rate <n>]`
 *
 * Promise: nothing is lost, doubled, disordered or stuck. Orders and comments come by HL7 v2 through lines that are cut
 * and slowed, many of them twice at once or once more later; each comment leaves to one of three partners (HL7 v2, FHIR,
 * JSON) that drop lines, answer late, twice, for another, or nonsense, and refuse some for good. Two gateways on one
 * PostgreSQL are killed and told to stop meanwhile. At the end what was refused is replayed by the command line, and
 * `delivery/check.ts` reads what was acknowledged, what is kept and what the partners have got. Then a positive control
 * drops the uniqueness of messages in the proof's own database: the check must find that out.
 *
 * `--soak`: so many minutes at a steady rate, with no harm but wrong answers; prints memory and waits over time.
 *
 * Exit 0 when no promise was broken and the control was found out.
 */
import { parseArgs } from 'node:util'
import { rules } from './delivery/check.ts'
import { type Options, proved, type Result } from './delivery/index.ts'

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'at-once': { type: 'string', default: '24' },
    control: { type: 'boolean', default: false },
    soak: { type: 'string' },
    rate: { type: 'string', default: '20' },
  },
})
const soakSeconds = values.soak === undefined ? undefined : Number(values.soak) * 60
const rate = Number(values.rate)
const usual: Options = {
  messages: soakSeconds === undefined ? Number(values.messages) : soakSeconds * rate,
  seed: Number(values.seed),
  atOnce: Number(values['at-once']),
  share: soakSeconds === undefined ? 0.02 : 0.005,
  harmEveryMs: soakSeconds === undefined ? 12_000 : 0,
  isControl: false,
  ...(soakSeconds !== undefined && { perSecond: rate }),
  note: (text) => console.log(text),
}
console.log(`seed ${values.seed}, ${usual.messages} messages`)
const promise = values.control ? undefined : await proved(usual)
if (promise) print('promise', promise)
const control = await proved({
  ...usual,
  messages: 400,
  share: 0.2,
  harmEveryMs: 0,
  isControl: true,
  note: () => {},
})
print('control', control)
const isKept = promise === undefined || promise.breaches.length === 0
const isSeen = control.breaches.some(({ rule }) => rule === 'one-effect')
console.log(
  `\n${promise ? (isKept ? 'The promises held' : 'PROMISES WERE BROKEN') : 'No promise was tested'}; ${isSeen ? 'the control was found out' : 'THE CONTROL WENT UNSEEN'}.`,
)
process.exitCode = isKept && isSeen ? 0 : 1

function print(title: string, { seen, breaches, sent, seconds, harm }: Result): void {
  const ends = Map.groupBy(seen.departures, ({ status }) => status)
  const tries = seen.partners.reduce((sum, { taken }) => sum + taken.size, 0)
  console.log(
    `\n${title}: ${Math.round(seconds)} s, ${Math.round(sent.acknowledged.size / seconds)} messages a second`,
  )
  console.log(
    `  ${sent.acknowledged.size} acknowledged of ${sent.tries} tries, ${sent.twice} sent twice at once, ${sent.again} once more later`,
  )
  console.log(
    `  ${seen.departures.length} departures: ${[...ends].map(([status, all]) => `${status} ${all.length}`).join(', ')}; ${tries} are with their receivers`,
  )
  console.log(`  replayed by a person: ${seen.departures.filter(({ replayed }) => replayed).length}`)
  console.log(`  harm: ${[...harm].map(([what, n]) => `${what} ${n}`).join(', ')}`)
  console.log(
    `  highest memory of a gateway, first and second half: ${seen.memory?.map((mb) => `${mb} MB`).join(', ') ?? 'unknown'}`,
  )
  for (const [rule, text] of Object.entries(rules)) {
    const broken = breaches.filter((one) => one.rule === rule)
    console.log(`  ${String(broken.length).padStart(6)}  breaches: ${text}`)
    for (const one of broken.slice(0, 5)) console.log(`            ${one.about}: ${one.text}`)
  }
}
