import type { Address } from '../../../src/gateway/http.ts'
import { say, toldBy, v2 } from '../../support/peers.ts'
import type { Chance } from '../chance.ts'
import { rest } from '../crashes/load.ts'

/** What has been acknowledged, and what the senders did to it. */
export interface Sent {
  /** Control ids that were answered with AA. */
  readonly acknowledged: Set<string>
  /** Answers that were neither AA nor none: nothing here deserves one. */
  readonly refused: Map<string, string>
  /** Milliseconds from a message to its acknowledgement, of the last ones. */
  readonly waits: number[]
  tries: number
  twice: number
  again: number
}

export const nothingSent = (): Sent => ({
  acknowledged: new Set(),
  refused: new Map(),
  waits: [],
  tries: 0,
  twice: 0,
  again: 0,
})

/** Where gateways listen: through lines that are harmed. */
export type Listeners = () => readonly Address[]

export interface Sending {
  listeners: Listeners
  sent: Sent
  chance: Chance
  /** Of messages, that are sent twice at once through two lines; and as many again later. */
  share: number
}

/** Comments on each order. */
export const commentsOnEach = 9

/** An order of one of three practices, and the comments on it, each sent until it is acknowledged. */
export async function play(order: number, sending: Sending): Promise<void> {
  const number = numberOf(order)
  await acknowledged(`O${order}`, orderText(order, number), sending)
  for (let n = 1; n <= commentsOnEach; n++) {
    await acknowledged(`C${order}-${n}`, commentText(order, number, n), sending)
  }
}

export const practices = ['practice', 'practice-2', 'practice-other'] as const

const numberOf = (order: number) => `D${order}-${order % 97}`

/** The mark of a comment, by its control id. */
export function markOf(control: string): string | undefined {
  const [, order, n] = /^C(\d+)-(\d+)$/.exec(control) ?? []
  return order && n ? `${numberOf(Number(order))}#${n}` : undefined
}

/** Which of the three a comment is for, by its mark. */
export const receiverOf = (mark: string): number => Number(/^D(\d+)-/.exec(mark)?.[1]) % practices.length

async function acknowledged(control: string, text: string, sending: Sending): Promise<void> {
  const { listeners, sent, chance, share } = sending
  const began = performance.now()
  for (;;) {
    const [first, second] = shuffled(listeners(), chance)
    if (!first) {
      await rest(50)
      continue
    }
    sent.tries++
    const isTwice = second !== undefined && chance.next() < share
    if (isTwice) sent.twice++
    const said = await Promise.all([one(text, first), ...(isTwice ? [one(text, second)] : [])])
    if (said.includes('AA')) break
    const other = said.find((answer) => answer !== 'nothing')
    if (other) sent.refused.set(control, other)
    await rest(chance.between(20, 200))
  }
  sent.refused.delete(control)
  sent.acknowledged.add(control)
  sent.waits.push(performance.now() - began)
  if (chance.next() >= share) return
  // Somebody restores a backup: what was acknowledged comes once more.
  sent.again++
  const [where] = shuffled(listeners(), chance)
  if (where) await one(text, where)
}

/** MSA-1 of what is answered; `nothing` when the line breaks or is silent. */
async function one(text: string, where: Address): Promise<string> {
  const answer = await say(text, where, 10_000).catch(() => undefined)
  return toldBy(answer).split(' ')[0] ?? 'nothing'
}

const shuffled = <T>(all: readonly T[], chance: Chance): T[] =>
  all
    .map((one) => ({ one, at: chance.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)

function orderText(order: number, number: string): string {
  const practice = order % practices.length
  const patient = `Q${order}`
  return v2(
    `MSH|^~\\&|EHR${practice}||RELAIS||20260106120000+0100||ORM^O01^ORM_O01|O${order}|P|2.5.1|||||FRA|UNICODE UTF-8`,
    `PID|||${patient}^^^PROOF&1.2.250.1.999.3&ISO^PI||PROOF-${letters(order)}^DOMINIQUE^^^^^L||${1940 + (order % 70)}0101|F`,
    'PV1||O',
    `ORC|NW|${number}^^1.2.250.1.999.1^ISO|||||||20260106120000+0100|||899900000011^Exemple^Camille^^^DR^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS`,
    `OBR|1|${number}^^1.2.250.1.999.1^ISO||24558-9^US Abdomen^LN|||||||||Fièvre`,
    'NTE|1||Rechercher une dilatation|FINALITE_EXAMEN^^HL70364',
    'OBX|1|CE|MODALITE_IMAGERIE^Modalité^TLR_OBSERVATION||US^^DCM||||||O',
  )
}

/** Names that do not sound alike, so that nobody has to tell patients apart. */
const letters = (n: number) =>
  [...String(n)]
    .map((digit) => 'BAKELIMOSUTADOFEPIVA'.slice(Number(digit) * 2, Number(digit) * 2 + 2))
    .join('')

function commentText(order: number, number: string, n: number): string {
  const report = `CR-${number}-${n}`
  return v2(
    `MSH|^~\\&|HUB||RELAIS||20260107091500+0100||ORU^R01^ORU_R01|C${order}-${n}|P|2.5.1|||||FRA|UNICODE UTF-8`,
    `ORC|RE|${number}^^1.2.250.1.999.1^ISO|${report}`,
    `OBR|1|${number}^^1.2.250.1.999.1^ISO|${report}|24558-9^US Abdomen^LN|||20260107083000+0100|||||||||||||||20260107113000+0100|||F`,
    `OBX|1|FT|48767-8^Commentaire^LN||${number}#${n}||||||F`,
  )
}
