import type { Address } from '../../../src/gateway/http.ts'
import { field, type Message } from '../../../src/hl7v2/message.ts'
import { srr } from '../../journeys/support.ts'
import { accepted, openV2Peer, say, toldBy, type V2Peer } from '../../support/peers.ts'
import type { Chance } from '../chance.ts'

/** What the centre has written down for one question. */
export interface Entry {
  /** The start that was asked for: the place, as the centre has one of each. */
  start: string
  state: 'booked' | 'cancelled' | 'refused'
}

/**
 * The radiology system of the centre, which outlives the gateway. It books whatever it is asked, so that a place that the
 * gateway gives twice stands twice in its diary; a tenth it refuses, and a third it answers only later.
 */
export interface Centre extends AsyncDisposable {
  readonly port: number
  /** By our number of the appointment. */
  readonly diary: Map<string, Entry>
  /** Answers that it has still to bring. */
  readonly owed: () => number
}

export async function openCentre(chance: Chance, gateway: () => Address | undefined): Promise<Centre> {
  const peer: V2Peer = await openV2Peer()
  const diary = new Map<string, Entry>()
  let owed = 0
  let isOpen = true
  peer.answerBy((message) => {
    if (field(message, 'MSH-9.1') !== 'SRM') return accepted(message)
    const answer = written(message, diary, chance)
    if (field(message, 'MSH-9.2') === 'S04' || chance.next() > 0.33) return answer
    owed++
    void brought(answer, gateway, () => isOpen).then(() => owed--)
    return accepted(message)
  })
  return {
    port: peer.port,
    diary,
    owed: () => owed,
    async [Symbol.asyncDispose]() {
      isOpen = false
      await peer[Symbol.asyncDispose]()
    },
  }
}

/** Writes down what is asked, once for each of our numbers, and says so. */
function written(message: Message, diary: Map<string, Entry>, chance: Chance): string {
  const number = field(message, 'ARQ-1') ?? ''
  const known = diary.get(number)
  if (field(message, 'MSH-9.2') === 'S04') {
    diary.set(number, { start: known?.start ?? '', state: 'cancelled' })
    return srr(message, 'Cancelled')
  }
  const start = field(message, 'AIS-4') ?? field(message, 'ARQ-11.1') ?? ''
  const entry: Entry = known ?? { start, state: chance.next() < 0.1 ? 'refused' : 'booked' }
  diary.set(number, entry)
  return srr(message, entry.state === 'booked' ? 'Booked' : 'Cancelled')
}

/** Says it until it is taken, as a system does that keeps what it owes. */
async function brought(
  text: string,
  gateway: () => Address | undefined,
  isOpen: () => boolean,
): Promise<void> {
  while (isOpen()) {
    const address = gateway()
    const told = address ? toldBy(await say(text, address, 10_000).catch(() => undefined)) : 'nothing'
    if (/^A[AE] /.test(told)) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
