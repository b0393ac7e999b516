import { randomUUID } from 'node:crypto'
import { type Context, Hono } from 'hono'
import type { Booking, Diary, Place } from './diary.ts'

/** Client credentials of the pretend vendor's API. */
export interface VendorSecret {
  clientId: string
  secret: string
}

/** A pretend radiology system of a vendor with a JSON API of its own, behind OAuth client credentials. */
export function jsonRis(diary: Diary, { clientId, secret }: VendorSecret): Hono {
  const tokens = new Set<string>()
  const keys = new Map<string, Response>()
  const app = new Hono()

  app.post('/oauth/token', async (c) => {
    const form = await c.req.parseBody()
    if (form.client_id !== clientId || form.client_secret !== secret)
      return c.json({ error: 'invalid_client' }, 401)
    const access_token = randomUUID()
    tokens.add(access_token)
    return c.json({ access_token, token_type: 'bearer', expires_in: 300 })
  })
  app.use('/v1/*', async (c, next) => {
    const token = c.req.header('authorization')?.replace('Bearer ', '') ?? ''
    if (!tokens.has(token)) return c.json({ erreur: 'jeton inconnu' }, 401)
    return next()
  })
  app.get('/v1/agenda', (c) => agenda(c, diary))
  app.post('/v1/rendezvous', async (c) => {
    const key = c.req.header('idempotency-key') ?? randomUUID()
    const before = keys.get(key)
    if (before) return before.clone()
    const answer = taken(c, await c.req.json(), diary)
    keys.set(key, answer.clone())
    return answer
  })
  app.post('/v1/rendezvous/annulation', async (c) => {
    const { reference } = await c.req.json<{ reference: string }>()
    const booking = [...diary.bookings.values()].find(({ placer }) => placer === reference)
    if (booking) diary.cancel(booking)
    return c.json({ reference, etat: 'annule' })
  })
  app.get('/v1/rendezvous/changements', (c) => {
    const since = Date.parse(c.req.query('depuis') ?? '')
    const changed = [...diary.bookings.values()].filter(({ updatedAt }) => Date.parse(updatedAt) >= since)
    return c.json({ rendezvous: changed.map(rendezvousOf) })
  })
  app.get('/v1/rendezvous/:reference', (c) => {
    const booking = [...diary.bookings.values()].findLast(({ placer }) => placer === c.req.param('reference'))
    return booking ? c.json(rendezvousOf(booking)) : c.json({ erreur: 'référence inconnue' }, 404)
  })
  app.post('/v1/messages', async (c) => {
    await c.req.json()
    return c.json({ recu: true }, 201)
  })
  return app
}

const pageSize = 100

function agenda(c: Context, diary: Diary): Response {
  const [from, to] = [Date.parse(c.req.query('du') ?? ''), Date.parse(c.req.query('au') ?? '')]
  const page = Number(c.req.query('page') ?? 0)
  const wanted = diary.places.filter(({ start }) => Date.parse(start) >= from && Date.parse(start) < to)
  const shown = wanted.slice(page * pageSize, (page + 1) * pageSize)
  const next = new URL(c.req.url)
  next.searchParams.set('page', String(page + 1))
  return c.json({
    plages: [
      ...new Map(
        shown.map(({ diary }) => [
          diary.id,
          { code: diary.id, libelle: diary.name, modalite: diary.modality },
        ]),
      ).values(),
    ],
    creneaux: shown.map(creneauOf),
    suivant: (page + 1) * pageSize < wanted.length ? next.href : null,
  })
}

function creneauOf({ id, diary, start, end, status }: Place) {
  return {
    numero: id,
    plage: diary.id,
    modalite: diary.modality,
    debut: start,
    fin: end,
    libre: status === 'free',
    public: diary.reserved ? 'CPTS' : 'PUBLIC',
  }
}

interface Demande {
  reference: string
  creneau: string
  ordonnance?: string
}

function taken(c: Context, { reference, creneau, ordonnance }: Demande, diary: Diary): Response {
  const place = diary.place(creneau)
  const booking = place && diary.book(place, reference, ordonnance)
  if (booking) return c.json(rendezvousOf(booking), 201)
  return c.json({ reference, etat: 'refuse', motif: place ? 'Créneau déjà pris' : 'Créneau inconnu' }, 409)
}

const rendezvousOf = ({ number, placer, place, status }: Booking) => ({
  numero: number,
  reference: placer,
  creneau: place.id,
  etat: status === 'booked' ? 'confirme' : 'annule',
  debut: place.start,
  fin: place.end,
})
