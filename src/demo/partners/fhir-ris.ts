import { randomUUID } from 'node:crypto'
import type { Appointment, Bundle, Communication, Resource, Schedule, Slot } from '@medplum/fhirtypes'
import { type Context, Hono } from 'hono'
import { modalityOf, reservedForMembers } from '../diaries.ts'
import type { Booking, Diary, Place } from './diary.ts'

/** A pretend radiology system with a FHIR R4 server: its diary can be searched, appointments created, updated, found again. */
export function fhirRis(diary: Diary): Hono {
  const appointments = new Map<string, Appointment>()
  const communications: Communication[] = []
  const app = new Hono()

  app.get('/fhir/Slot', (c) => slots(c, diary))
  app.get('/fhir/Appointment', (c) => c.json(searchset(c, found(c, appointments))))
  app.post('/fhir/Appointment', async (c) => created(c, await c.req.json(), diary, appointments))
  app.put('/fhir/Appointment/:id', async (c) => updated(c, await c.req.json(), diary, appointments))
  app.post('/fhir/Communication', async (c) => {
    const communication: Communication = { ...(await c.req.json()), id: randomUUID() }
    communications.push(communication)
    return c.json(communication, 201)
  })
  app.get('/fhir/Communication', (c) => c.json(searchset(c, communications)))
  return app
}

const pageSize = 200

/** Slots of a window, changed since, with their schedules; in pages. */
function slots(c: Context, diary: Diary): Response {
  const bounds = c.req.queries('start') ?? []
  const since = c.req.query('_lastUpdated')?.replace(/^ge/, '')
  const wanted = diary.places
    .filter(({ start }) => bounds.every((bound) => isWithin(start, bound)))
    .filter(({ updatedAt }) => !since || Date.parse(updatedAt) >= Date.parse(since))
  const page = Number(c.req.query('page') ?? 0)
  const size = Math.min(Number(c.req.query('_count') ?? pageSize), pageSize)
  const shown = wanted.slice(page * size, (page + 1) * size)
  const schedules = [...new Map(shown.map((place) => [place.diary.id, scheduleOf(place)])).values()]
  const bundle = searchset(c, [...shown.map(slotOf), ...schedules])
  if ((page + 1) * size >= wanted.length) return c.json(bundle)
  const next = new URL(c.req.url)
  next.searchParams.set('page', String(page + 1))
  return c.json({ ...bundle, link: [{ relation: 'next', url: next.href }] })
}

function isWithin(start: string, bound: string): boolean {
  const at = Date.parse(bound.slice(2))
  return bound.startsWith('ge') ? Date.parse(start) >= at : Date.parse(start) < at
}

function searchset(_: Context, resources: readonly Resource[]): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    entry: resources.map((resource) => ({ resource, search: { mode: 'match' } })),
  }
}

function scheduleOf({ diary }: Place): Schedule {
  return {
    resourceType: 'Schedule',
    id: diary.id,
    active: true,
    serviceType: [{ coding: [modalityOf(diary)] }],
    actor: [{ reference: 'Location/1', display: diary.name }],
    comment: diary.name,
  }
}

function slotOf({ id, diary, start, end, status }: Place): Slot {
  return {
    resourceType: 'Slot',
    id,
    ...(diary.reserved && { meta: { security: [reservedForMembers] } }),
    serviceType: [{ coding: [modalityOf(diary)] }],
    schedule: { reference: `Schedule/${diary.id}` },
    status,
    start,
    end,
  }
}

function found(c: Context, appointments: ReadonlyMap<string, Appointment>): Appointment[] {
  const token = c.req.query('identifier')
  const since = c.req.query('_lastUpdated')?.replace(/^ge/, '')
  return [...appointments.values()]
    .filter(
      ({ identifier = [] }) =>
        !token || identifier.some(({ system, value }) => `${system}|${value}` === token),
    )
    .filter(({ meta }) => !since || Date.parse(meta?.lastUpdated ?? '') >= Date.parse(since))
}

function created(
  c: Context,
  asked: Appointment,
  diary: Diary,
  appointments: Map<string, Appointment>,
): Response {
  const placer = asked.identifier?.[0]?.value ?? randomUUID()
  const known = [...appointments.values()].find(({ identifier }) => identifier?.[0]?.value === placer)
  if (known) return c.json(known, 200)
  const place = diary.place(asked.slot?.[0]?.reference?.replace('Slot/', '') ?? '')
  if (!place) return refused(c, 422, 'business-rule', 'There is no such slot.')
  const booking = diary.book(place, placer, asked.basedOn?.[0]?.identifier?.value)
  if (!booking) return refused(c, 409, 'conflict', 'The slot is taken.')
  const appointment: Appointment = { ...asked, id: booking.number, status: 'booked', meta: metaOf(diary) }
  appointments.set(booking.number, appointment)
  return c.json(appointment, 201)
}

function updated(
  c: Context,
  asked: Appointment,
  diary: Diary,
  appointments: Map<string, Appointment>,
): Response {
  const booking: Booking | undefined = diary.bookings.get(c.req.param('id') ?? '')
  if (!booking) return refused(c, 404, 'not-found', 'There is no such appointment.')
  if (asked.status === 'cancelled') diary.cancel(booking)
  const appointment: Appointment = { ...asked, id: booking.number, meta: metaOf(diary) }
  appointments.set(booking.number, appointment)
  return c.json(appointment)
}

const metaOf = (diary: Diary) => ({ versionId: randomUUID(), lastUpdated: diary.at() })

function refused(
  c: Context,
  status: 404 | 409 | 422,
  code: 'business-rule' | 'conflict' | 'not-found',
  diagnostics: string,
): Response {
  return c.json(
    { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, diagnostics }] },
    status,
  )
}
