import type { Appointment, Parameters, ServiceRequest, Slot } from '@medplum/fhirtypes'
import type { Kept } from '../../src/store/index.ts'
import type { Caller, Reply } from '../support/gateway.ts'
import { type Answered, appointmentIn, books, found, holds } from './support.ts'

/** What each of those who want the same place has in hand. */
export interface Rival {
  caller: Caller
  request: Kept<ServiceRequest>
  /** A proposal of the place that all want, for this request. */
  proposal: Appointment & { id: string }
}

/** A way by which a client books a place. */
export interface WayToBook {
  /** Follows "who book". */
  name: string
  book(rival: Rival): Promise<Reply<Answered>>
}

/** What a caller is proposed first at a centre (`Organization/<id>`). */
export async function rivalFor(caller: Caller, request: Kept<ServiceRequest>, at: string): Promise<Rival> {
  const [proposal] = await found(caller, request, { at, count: 1 })
  if (!proposal?.id) throw new Error('No place was found')
  return { caller, request, proposal: { ...proposal, id: proposal.id } }
}

/** By `/fhir`, as a client of a practice. */
export const waysByFhir: readonly WayToBook[] = [
  { name: 'a proposal', book: ({ caller, proposal }) => books(caller, proposal.id) },
  {
    name: 'what they have held',
    async book({ caller, proposal }) {
      const hold = await holds(caller, proposal.id)
      return hold.status === 200 ? books(caller, appointmentIn(hold).id) : hold
    },
  },
  {
    name: 'a slot',
    book: ({ caller, request, proposal }) => caller.asks('book', inSlot(request, proposal.slot ?? [])),
  },
  {
    name: 'a slot that they have held by itself (Austria)',
    async book({ caller, request, proposal: { slot = [] } }) {
      const hold = await caller.call<Answered>('POST', 'Slot/$hold', {
        resourceType: 'Parameters',
        parameter: [
          ...slot.map((valueReference) => ({ name: 'slot-reference', valueReference })),
          { name: 'slot-status', valueCode: 'busy-tentative' },
        ],
      } satisfies Parameters)
      return hold.status === 200 ? caller.asks('book', inSlot(request, slot)) : hold
    },
  },
  {
    name: 'a proposal, or hold it',
    async book(rival) {
      const { caller, request, proposal } = rival
      const isHolding = request.id.charCodeAt(request.id.length - 1) % 2 === 0
      if (!isHolding) return books(caller, proposal.id)
      const hold = await holds(caller, proposal.id)
      return hold.status === 200 ? books(caller, appointmentIn(hold).id) : hold
    },
  },
]

function inSlot(
  request: Kept<ServiceRequest>,
  slot: NonNullable<Appointment['slot']>,
): Parameters['parameter'] {
  const resource: Appointment = {
    resourceType: 'Appointment',
    status: 'proposed',
    slot,
    basedOn: [{ reference: `ServiceRequest/${request.id}` }],
    participant: [{ actor: { display: 'patient' }, status: 'needs-action' }],
  }
  return [{ name: 'appointment-resource', resource }]
}

/** By the other dialects: each with the body that its specification shows. */
export const waysByDialects: readonly WayToBook[] = [
  {
    name: 'a slot by ISiK',
    book: ({ caller, ...rival }) => caller.call('POST', '/isik/Appointment/$book', wished(rival)),
  },
  {
    name: 'a slot by ISiK, in Parameters',
    book: ({ caller, ...rival }) =>
      caller.call('POST', '/isik/Appointment/$book', {
        resourceType: 'Parameters',
        parameter: [{ name: 'appt-resource', resource: wished(rival) }],
      }),
  },
  {
    name: 'a time in a diary by ISiK',
    async book({ caller, ...rival }) {
      const { slot: _, ...resource } = wished(rival)
      const { schedule } = await caller.get<Slot>(rival.proposal.slot?.[0]?.reference ?? '')
      return caller.call('POST', '/isik/Appointment/$book', {
        resourceType: 'Parameters',
        parameter: [
          { name: 'appt-resource', resource },
          { name: 'schedule', valueReference: schedule },
        ],
      })
    },
  },
  {
    name: 'a slot by GAP (flow 6a)',
    book: ({ caller, ...rival }) => caller.call('POST', '/gap/Appointment', wished(rival)),
  },
  {
    name: 'a slot by GAP, by its number (flow 6b)',
    book: ({ caller, ...rival }) =>
      caller.call('PUT', `/gap/Appointment?identifier=${numbers}|${rival.request.id}`, wished(rival)),
  },
]

const numbers = 'https://example.org/appointments'

/** An appointment that is asked for, under a number of whoever asks. */
function wished({ request, proposal }: Omit<Rival, 'caller'>): Appointment {
  const { start = '', end = '', slot = [], serviceType = [] } = proposal
  return {
    resourceType: 'Appointment',
    identifier: [{ system: numbers, value: request.id }],
    status: 'proposed',
    serviceType,
    specialty: [
      { coding: [{ system: 'http://ihe-d.de/CodeSystems/AerztlicheFachrichtungen', code: 'RADI' }] },
    ],
    start,
    end,
    slot,
    basedOn: [{ reference: `ServiceRequest/${request.id}` }],
    participant: [{ actor: { reference: request.subject.reference ?? '' }, status: 'accepted' }],
  }
}
