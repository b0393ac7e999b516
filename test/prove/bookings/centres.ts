import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Appointment, Bundle } from '@medplum/fhirtypes'
import type { Hono } from 'hono'
import { centres as demoCentres } from '../../../src/demo/centres.ts'
import type { Booking, Place } from '../../../src/demo/partners/diary.ts'
import { fhirRis } from '../../../src/demo/partners/fhir-ris.ts'
import { jsonRis, type VendorSecret } from '../../../src/demo/partners/json-ris.ts'
import { field, type Message } from '../../../src/hl7v2/message.ts'
import { toInstant } from '../../../src/hl7v2/timestamps.ts'
import { freshNumber, siu, srr } from '../../journeys/support.ts'
import { accepted, listening, openV2Peer, say, toldBy } from '../../support/peers.ts'
import type { Chance } from '../chance.ts'
import { rest } from '../crashes/load.ts'
import { type Balancer, type Gateways, openBalancer, type Reached } from './asking.ts'
import { type Note, OwnDiary } from './diary.ts'

/** A pretend radiology system at the wire, with a desk that works for itself. */
export interface Centre extends AsyncDisposable {
  /** Name of its connector. */
  readonly name: 'ris-v2' | 'ris-fhir' | 'ris-json'
  readonly way: 'pushed' | 'polled'
  /** Where it listens. */
  readonly port: number
  readonly diary: OwnDiary
  /** The desk gives a place to somebody of its own, or takes it back. */
  take(place: Place): Telling
  giveBack(place: Place): Telling
  /** The desk cancels what it was asked for through the gateway. */
  cancel(booking: Booking): Promise<Telling>
  /** Messages that it has still to bring. */
  owed(): number
}

/** How far a centre has come in telling of a change; nothing where it is asked. */
export interface Telling {
  /** When it last began to tell a gateway (`performance.now()`): the one that took it, once it has. */
  triedAt?: number
}

const diariesOf = (connector: string) =>
  demoCentres.find((centre) => centre.connector === connector)?.diaries ?? []

/** A centre that is a FHIR server: its diary and its appointments are pulled. */
export async function openFhirCentre(note: Note): Promise<Centre> {
  const diary = new OwnDiary(diariesOf('ris-fhir'), note)
  const { port, close } = await served(fhirRis(diary))
  const base = `http://127.0.0.1:${port}/fhir`
  return {
    ...deskOf(diary),
    name: 'ris-fhir',
    way: 'polled',
    port,
    async cancel(booking) {
      const known = await fetch(`${base}/Appointment`)
      const { entry = [] } = (await known.json()) as Bundle<Appointment> // what that route answers
      const appointment = entry.find(({ resource }) => resource?.id === booking.number)?.resource
      diary.noteDeskCancelled(booking)
      const body = JSON.stringify({ ...appointment, status: 'cancelled' })
      await fetch(`${base}/Appointment/${booking.number}`, { method: 'PUT', body })
      return {}
    },
    [Symbol.asyncDispose]: close,
  }
}

/** A centre with a JSON API of its own: its diary and its changes are pulled. */
export async function openJsonCentre(secret: VendorSecret, note: Note): Promise<Centre> {
  const diary = new OwnDiary(diariesOf('ris-json'), note)
  const { port, close } = await served(jsonRis(diary, secret))
  return {
    ...deskOf(diary),
    name: 'ris-json',
    way: 'polled',
    port,
    async cancel(booking) {
      diary.noteDeskCancelled(booking)
      diary.cancel(booking)
      return {}
    },
    [Symbol.asyncDispose]: close,
  }
}

const deskOf = (diary: OwnDiary) => ({
  diary,
  take(place: Place): Telling {
    diary.take(place)
    return {}
  },
  giveBack(place: Place): Telling {
    diary.giveBack(place)
    return {}
  },
  owed: () => 0,
})

async function served(app: Hono) {
  const server = createServer(getRequestListener(app.fetch))
  return listening(server)
}

/** Where one of the gateways listens for HL7 v2; undefined while none is up. */
export type Listener = () => Reached['mllp'] | undefined

/**
 * A centre that speaks HL7 v2: what its desk does, and every fifth answer, it says itself, one after the other, until a
 * gateway has taken it. It has a place at each time that is asked for.
 */
export async function openV2Centre(gateways: Gateways, chance: Chance, note: Note): Promise<Centre> {
  const diary = new OwnDiary([], note)
  const peer = await openV2Peer()
  const line = openLine(openBalancer(gateways), chance)
  peer.answerBy((message) => {
    if (field(message, 'MSH-9.1') !== 'SRM') return accepted(message)
    const answer = answerTo(message, diary)
    if (field(message, 'MSH-9.2') === 'S04' || chance.next() > 0.2) return answer
    line.bring(answer)
    return accepted(message)
  })
  const tell = (event: 'S12' | 'S15', { start, end, id }: Place) =>
    line.bring(siu(event, { filler: `D-${id}`, start, end, state: event === 'S12' ? 'Booked' : 'Cancelled' }))
  return {
    name: 'ris-v2',
    way: 'pushed',
    port: peer.port,
    diary,
    take(place) {
      diary.take(place)
      return tell('S12', place)
    },
    giveBack(place) {
      diary.giveBack(place)
      return tell('S15', place)
    },
    async cancel(booking) {
      diary.noteDeskCancelled(booking)
      diary.cancel(booking)
      const { placer, number } = booking
      return line.bring(siu('S15', { placer, filler: number, state: 'Cancelled', reason: 'Desk' }))
    },
    owed: line.owed,
    async [Symbol.asyncDispose]() {
      await line[Symbol.asyncDispose]()
      await peer[Symbol.asyncDispose]()
    },
  }
}

/** Writes down what is asked, once for each of our numbers, and says so. */
function answerTo(message: Message, diary: OwnDiary): string {
  const placer = field(message, 'ARQ-1') ?? ''
  const known = diary.bookingFor(placer)
  if (field(message, 'MSH-9.2') === 'S04') {
    if (known) diary.cancel(known)
    return srr(message, 'Cancelled', { control: freshNumber('SRR') })
  }
  const booking =
    known ?? bookedAt(field(message, 'AIS-4') ?? field(message, 'ARQ-11.1') ?? '', placer, diary)
  const state = booking?.status === 'booked' ? 'Booked' : 'Cancelled'
  return srr(message, state, { control: freshNumber('SRR'), reason: booking ? '' : 'déjà pris' })
}

function bookedAt(time: string, placer: string, diary: OwnDiary): Booking | undefined {
  const start = Date.parse(toInstant(time))
  const place = diary.places.find((one) => Date.parse(one.start) === start)
  return place && diary.book(place, placer)
}

/**
 * Says one message after the other, each until it is taken, as a system does that keeps what it owes. A gateway that gives
 * no answer is left alone for a while, and the other one told at once, as a balancer before both does.
 */
function openLine(balancer: Balancer, chance: Chance) {
  const waiting: { text: string; telling: Telling }[] = []
  let isOpen = true
  let word = () => {}
  const run = async () => {
    while (isOpen) {
      const [next] = waiting
      if (next === undefined) await new Promise<void>((resolve) => (word = resolve))
      else if (await wasTaken(next, balancer, chance)) waiting.shift()
    }
  }
  const done = run()
  return {
    bring(text: string): Telling {
      const telling: Telling = {}
      waiting.push({ text, telling })
      word()
      return telling
    },
    owed: () => waiting.length,
    async [Symbol.asyncDispose]() {
      isOpen = false
      word()
      await done
    },
  }
}

/** How long a gateway may take before another is told. */
const patienceMs = 2_000
/** How long a message rests that no gateway takes for now. */
const restMs = 200

async function wasTaken(
  { text, telling }: { text: string; telling: Telling },
  balancer: Balancer,
  chance: Chance,
): Promise<boolean> {
  const gateway = balancer.choose(chance)
  telling.triedAt = performance.now()
  const answer = gateway && (await say(text, gateway.mllp, patienceMs).catch(() => undefined)) // said again
  if (gateway && !answer) {
    balancer.missed(gateway)
    await rest(20)
    return false
  }
  const isTaken = /^A[AE] /.test(toldBy(answer))
  if (!isTaken) await rest(restMs)
  return isTaken
}
