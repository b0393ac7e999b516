import type {
  Appointment,
  Bundle,
  OperationOutcome,
  Parameters,
  PractitionerRole,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes'
import { Temporal } from 'temporal-polyfill'
import type { Kept } from '../../../src/store/index.ts'
import { told } from '../../flows/protocol/support.ts'
import { refers } from '../../journeys/cell.ts'
import { until } from '../../support/clock.ts'
import { type Chance, chanceOf } from '../chance.ts'
import { Agenda, whenAtWork, workOn } from './agenda.ts'
import type { Entry, Ledger } from './ledger.ts'
import { answersTo, calledBy, intakeOf, orderMessage, saidOf, type Wanted, wantedBy } from './requests.ts'
import { horizonDays, type World } from './world.ts'

export interface SeasonOptions {
  seed: number
  /** Days of the calendar, from Monday 5 January 2026. */
  days: number
  /** Requests on a working day, about. */
  perDay: number
  /** What is told on the way. */
  tell?: (text: string) => void
}

export const begin = '2026-01-05T07:00:00+01:00'

const minute = 60_000
const hour = 60 * minute
const dayMs = 24 * hour
/** After so long every question that could not be sent has been tried again. */
const longestRetry = 7 * minute

/** One request on its way. */
interface Case {
  wanted: Wanted
  entry: Entry
  request: string
  chance: Chance
  /** How often no place was found. */
  inVain: number
}

/** Plays a season, from the first request to the last exam: what each did stands in the ledger. */
export async function play(world: World, ledger: Ledger, options: SeasonOptions): Promise<void> {
  const season = new Season(world, ledger, options)
  await season.play()
}

class Season {
  readonly #world: World
  readonly #ledger: Ledger
  readonly #options: SeasonOptions
  readonly #agenda = new Agenda()
  readonly #doctors = new Map<string, string>()
  /** Until when the v2 system is down; long ago otherwise. */
  #upAt = 0

  constructor(world: World, ledger: Ledger, options: SeasonOptions) {
    this.#world = world
    this.#ledger = ledger
    this.#options = options
  }

  async play(): Promise<void> {
    const { days, seed } = this.#options
    await this.#knowDoctors()
    const chance = chanceOf(seed)
    const first = Temporal.ZonedDateTime.from(`${begin}[Europe/Paris]`).toPlainDate()
    let number = 0
    for (let n = 0; n < days; n++) {
      const date = first.add({ days: n })
      this.#agenda.plan(startOf(date), () => this.#morning(date, n))
      for (const at of this.#arrivals(date, chance)) {
        const wanted = wantedBy(chance, `S${seed}-${++number}`)
        const own = chanceOf(seed * 100_003 + number)
        this.#agenda.plan(at, () => this.#arrives(wanted, own))
      }
    }
    this.#systemDown(first, days)
    for (let next = this.#agenda.next(); next; next = this.#agenda.next()) {
      await this.#world.turn(next.at)
      await next.happens()
    }
  }

  /** Times at which requests come on a day: fewer on Saturdays, none on Sundays and holidays. */
  #arrivals(date: Temporal.PlainDate, chance: Chance): number[] {
    if (workOn(date).length === 0) return []
    const most = this.#options.perDay * (date.dayOfWeek === 6 ? 0.5 : 2)
    const count = Math.round(chance.between(0, most))
    const eight = startOf(date) + hour
    return Array.from({ length: count }, () => Math.round(eight + chance.next() * 11 * hour))
  }

  /** The v2 system is down from a morning to the next, on a working day in the middle. */
  #systemDown(first: Temporal.PlainDate, days: number): void {
    const date = first.add({ days: Math.floor(days * 0.4) })
    const upAt = startOf(date.add({ days: 1 }))
    this.#agenda.plan(startOf(date), async () => {
      await this.#world.v2Down()
      this.#upAt = upAt
    })
    this.#agenda.plan(upAt, () => this.#world.v2Up())
  }

  async #morning(date: Temporal.PlainDate, n: number): Promise<void> {
    await this.#world.synced()
    if (n % 7 === 0) this.#options.tell?.(`${date}: ${this.#ledger.entries.length} requests so far`)
  }

  async #knowDoctors(): Promise<void> {
    const cell = this.#world.as('cell')
    const roles = await cell.search<PractitionerRole>(
      'PractitionerRole?_include=PractitionerRole:practitioner&_count=500',
    )
    for (const one of roles as readonly Kept[]) {
      if (one.resourceType !== 'Practitioner') continue
      const rpps = one.identifier?.find(({ value }) => value?.length === 11)?.value
      if (rpps !== undefined) this.#doctors.set(rpps, `Practitioner/${one.id}`)
    }
  }

  async #arrives(wanted: Wanted, chance: Chance): Promise<void> {
    const now = this.#world.now()
    const { id: request } = await this.#sent(wanted)
    const entry: Entry = {
      number: wanted.number,
      way: wanted.way,
      kind: wanted.kind,
      indication: wanted.indication,
      modality: wanted.exam.modality,
      exam: calledBy(wanted),
      rpps: wanted.doctor.rpps,
      isMember: wanted.doctor.member,
      receivedAt: now,
      bookings: [],
      story: [],
    }
    this.#ledger.entries.push(entry)
    const one: Case = { wanted, entry, request, chance, inVain: 0 }
    const task = await this.#task(one)
    if (task.status !== 'on-hold')
      return this.#plan(one, whenAtWork(now + chance.between(10, 120) * minute), this.#handled)
    // The gateway has asked for what is missing, at once.
    this.#ledger.answered(entry, now)
    entry.story.push('asked for answers')
    const isSilent = chance.next() < 0.08
    if (isSilent) return this.#plan(one, whenAtWork(now + 3 * dayMs), this.#closed)
    this.#plan(one, now + Math.round(chance.between(1, 30) * hour), this.#replied)
  }

  /** A request goes the way its sender has, and is one ServiceRequest here. */
  async #sent(wanted: Wanted): Promise<Kept<ServiceRequest>> {
    const at = new Date(this.#world.now())
    if (wanted.way === 'fhir')
      return refers(this.#world.as('ehr'), saidOf(wanted, this.#doctors.get(wanted.doctor.rpps) ?? ''))
    if (wanted.way === 'v2') {
      const said = await this.#world.says(orderMessage(wanted, at))
      if (!said.includes('MSA|AA|')) throw new Error(`The order was not accepted: ${said}`)
    } else {
      const by = this.#world.as(wanted.way === 'json' ? 'ehr' : 'cell')
      const json = { 'content-type': 'application/json' }
      const reply = await by.call('POST', '/intake/referrals', intakeOf(wanted), json)
      if (reply.status !== 201) throw new Error(`HTTP ${reply.status}: ${JSON.stringify(reply.body)}`)
    }
    const [request] = await this.#world
      .as('cell')
      .search<ServiceRequest>(`ServiceRequest?identifier=${wanted.number}`)
    if (!request) throw new Error(`There is no request ${wanted.number}`)
    return request
  }

  /** The prescriber gives the answers that were missing. */
  async #replied({ wanted, entry, request, ...one }: Case): Promise<void> {
    const { subject } = await this.#world.as('cell').get<ServiceRequest>(`ServiceRequest/${request}`)
    for (const observation of told({ ...answersTo(wanted) })) {
      const by = wanted.way === 'telephone' ? 'cell' : 'ehr'
      const reply = await this.#world.as(by).call('POST', 'Observation', {
        ...observation,
        subject,
        basedOn: [{ reference: `ServiceRequest/${request}` }],
      })
      if (reply.status !== 201) throw new Error(`HTTP ${reply.status}: ${JSON.stringify(reply.body)}`)
    }
    const { purpose } = await this.#purposed(request)
    if (purpose) entry.story.push('purpose given')
    const next = { wanted, entry, request, ...one }
    this.#plan(next, whenAtWork(this.#world.now() + one.chance.between(10, 60) * minute), this.#handled)
  }

  /** What the exam is to find out is said on the request itself. */
  async #purposed(request: string): Promise<{ purpose: boolean }> {
    const cell = this.#world.as('cell')
    const now = await cell.get<Kept<ServiceRequest>>(`ServiceRequest/${request}`)
    if (now.note?.some(({ text }) => text === 'Confirmer ou écarter')) return { purpose: false }
    const note = [
      ...(now.note ?? []),
      {
        text: 'Confirmer ou écarter',
        extension: [
          { url: 'https://relais.example/fhir/StructureDefinition/note-kind', valueCode: 'purpose' },
        ],
      },
    ]
    await this.#put({ ...now, note })
    return { purpose: true }
  }

  /** A secretary takes the request on. */
  async #handled(one: Case): Promise<void> {
    const { wanted, entry, chance } = one
    if (entry.ended) return
    if (wanted.kind === 'outside' && chance.next() < 0.6) return this.#refused(one, 'Hors protocole')
    if (chance.next() < 0.02) return this.#withdrawn(one)
    await this.#booked(one)
  }

  /** Looks for a place, and asks for the first that is proposed; of one that is refused, for the next. */
  async #booked(one: Case): Promise<void> {
    const { entry } = one
    if (entry.ended) return
    for (let tries = 0; tries < 4; tries++) {
      const proposal = await this.#found(one)
      if (!proposal) return this.#noPlace(one)
      const { status, body } = await this.#world
        .as('cell')
        .asks('book', [
          { name: 'appointment-reference', valueReference: { reference: `Appointment/${proposal.id}` } },
        ])
      const appointment = (body as Bundle<Kept<Appointment>>).entry?.[0]?.resource
      if (status === 200 && appointment) return this.#onYes(one, appointment)
      if (status === 202 && appointment) return this.#pending(one, appointment)
      if (status !== 409) throw new Error(`$book: HTTP ${status}: ${JSON.stringify(body)}`)
      entry.story.push('refused by the centre')
    }
    this.#plan(one, whenAtWork(this.#world.now() + 2 * hour), this.#booked)
  }

  async #found({ request }: Case): Promise<Kept<Appointment> | undefined> {
    const { identifier } = await this.#world.as('cell').get<ServiceRequest>(`ServiceRequest/${request}`)
    const now = this.#world.now()
    const parameter: Parameters['parameter'] = [
      { name: 'start', valueDateTime: new Date(now + 30 * minute).toISOString() },
      { name: 'end', valueDateTime: new Date(now + (horizonDays - 1) * dayMs).toISOString() },
      { name: 'referral-identifier', valueIdentifier: identifier?.[0] ?? {} },
    ]
    const { status, body } = await this.#world.as('cell').asks('find', parameter)
    if (status !== 200) throw new Error(`$find: HTTP ${status}: ${JSON.stringify(body)}`)
    const [first] = (body.entry ?? []).flatMap(({ resource }) =>
      resource?.resourceType === 'Appointment' ? [resource as Kept<Appointment>] : [],
    )
    return first
  }

  /** No place in the days that are known: the doctor is told; again tomorrow, four times, then it is declared short. */
  async #noPlace(one: Case): Promise<void> {
    one.inVain++
    one.entry.story.push('no place')
    if (one.inVain === 1) await this.#tellsNoPlace(one)
    if (one.inVain < 4) return this.#plan(one, whenAtWork(this.#world.now() + dayMs), this.#booked)
    this.#ledger.answered(one.entry, this.#world.now())
    one.entry.ended = 'short'
    await this.#moved(one, 'in-progress', {})
    await this.#moved(one, 'failed', {
      businessStatus: { text: 'no-capacity' },
      statusReason: { text: 'Aucune place sur le territoire' },
    })
  }

  /** That there is none for now is an answer. */
  async #tellsNoPlace(one: Case): Promise<void> {
    this.#ledger.answered(one.entry, this.#world.now())
    const task = await this.#task(one)
    const isNew = task.status === 'requested' || task.status === 'received'
    await this.#put({
      ...task,
      ...(isNew && { status: 'accepted' }),
      businessStatus: { text: 'no-capacity' },
    })
  }

  async #refused(one: Case, text: string): Promise<void> {
    this.#ledger.answered(one.entry, this.#world.now())
    one.entry.ended = 'refused'
    one.entry.story.push('refused by the cell')
    await this.#moved(one, 'rejected', { statusReason: { text } })
  }

  /** Nobody has answered the question for three days. */
  async #closed(one: Case): Promise<void> {
    await this.#refused(one, 'Sans réponse du prescripteur')
  }

  async #withdrawn({ entry, request }: Case): Promise<void> {
    entry.ended = 'withdrawn'
    entry.story.push('withdrawn')
    const now = await this.#world.as('cell').get<Kept<ServiceRequest>>(`ServiceRequest/${request}`)
    await this.#put({ ...now, status: 'revoked' })
  }

  /** The centre has not answered yet: it has only a telephone, or its system is down. */
  async #pending(one: Case, { id }: Kept<Appointment>): Promise<void> {
    const [call] = await this.#world
      .as('cell')
      .search<Task>(`Task?focus=Appointment/${id}&code=confirm-booking`)
    if (!call && this.#world.now() >= this.#upAt) return this.#looked(one, id)
    one.entry.story.push(call ? 'telephone' : 'system down')
    if (!call) return this.#plan(one, this.#upAt + longestRetry, (again) => this.#looked(again, id))
    const isYes = one.chance.next() < 0.85
    const at = whenAtWork(this.#world.now() + one.chance.between(0.5, 3) * hour)
    this.#plan(one, at, async (later) => {
      await this.#put({
        ...call,
        status: isYes ? 'completed' : 'rejected',
        ...(!isYes && { statusReason: { text: 'Complet' } }),
      })
      await this.#looked(later, id)
    })
  }

  /** What the centre has answered; when its question waits for its next try, that is looked at later. */
  async #looked(one: Case, id: string): Promise<void> {
    if (one.entry.ended) return
    const read = () => this.#appointment(id)
    const appointment = await until(read, ({ status }) => status !== 'pending', 30_000).catch(read)
    if (appointment.status === 'booked') return this.#onYes(one, appointment)
    if (appointment.status === 'pending')
      return this.#plan(one, this.#world.now() + longestRetry, (again) => this.#looked(again, id))
    one.entry.story.push('refused by the centre')
    await this.#booked(one)
  }

  /** The centre has said yes. What comes then is a matter of chance. */
  async #onYes(one: Case, appointment: Kept<Appointment>): Promise<void> {
    const { entry, chance } = one
    const start = Date.parse(appointment.start ?? '')
    // A system that was down is asked again as soon as it is up: the yes may be older than this look.
    const at = Date.parse(appointment.meta.lastUpdated)
    this.#ledger.booked(entry, at, appointment.slot?.[0]?.reference ?? '', start)
    const fate = chance.next()
    const before = Math.round(this.#world.now() + chance.next() * (start - this.#world.now()))
    if (fate < 0.05) return this.#plan(one, before, (later) => this.#cancelled(later, appointment.id))
    if (fate < 0.1)
      return this.#plan(one, start + 30 * minute, (later) => this.#noShow(later, appointment.id))
    if (fate < 0.2 && sourceOf(appointment) === 'ris-json')
      return this.#plan(one, before, (later) => this.#centreMoves(later, appointment.id))
    this.#plan(one, start + hour, (later) => this.#done(later, appointment.id))
  }

  /** The patient cannot come: half look for another place, half give up. */
  async #cancelled(one: Case, id: string): Promise<void> {
    const now = await this.#appointment(id)
    if (now.status !== 'booked') return
    const cancel = {
      ...now,
      status: 'cancelled' as const,
      cancelationReason: { text: 'Le patient ne peut pas venir' },
    }
    const { status, body } = await this.#world
      .as('cell')
      .asks('book', [{ name: 'appointment-resource', resource: cancel }])
    if (status !== 200) throw new Error(`cancel: HTTP ${status}: ${JSON.stringify(body)}`)
    this.#ledger.lost(one.entry, true)
    one.entry.story.push('cancelled by the patient')
    if (one.chance.next() < 0.5) return this.#withdrawn(one)
    this.#plan(one, whenAtWork(this.#world.now() + 30 * minute), this.#booked)
  }

  /** The patient does not come: half get another place, half are given up. */
  async #noShow(one: Case, id: string): Promise<void> {
    await this.#noted(await this.#appointment(id), 'noshow')
    this.#ledger.lost(one.entry, false)
    one.entry.story.push('no-show')
    if (one.chance.next() < 0.5) return this.#withdrawn(one)
    this.#plan(one, whenAtWork(this.#world.now() + hour), this.#booked)
  }

  /** The centre gives the patient another of its places: the gateway reads it there. */
  async #centreMoves(one: Case, id: string): Promise<void> {
    const appointment = await this.#appointment(id)
    const diary = this.#world.diaries['ris-json']
    const placer = new Set(appointment.identifier?.map(({ value }) => value))
    const booking = [...diary.bookings.values()].find(
      (known) => placer.has(known.placer) && known.status === 'booked',
    )
    const other = diary.places.find(
      ({ diary: { id }, status, start }) =>
        booking &&
        id === booking.place.diary.id &&
        status === 'free' &&
        Date.parse(start) > this.#world.now() + hour &&
        Date.parse(start) < this.#world.now() + 5 * dayMs,
    )
    if (!booking || !other)
      return this.#plan(one, Date.parse(appointment.start ?? '') + hour, (later) => this.#done(later, id))
    diary.desk(booking.place, 'free')
    diary.desk(other, 'busy')
    booking.place = other
    booking.updatedAt = diary.at()
    const start = Date.parse(other.start)
    const now = await until(
      () => this.#appointment(id),
      (seen) => Date.parse(seen.start ?? '') === start,
      30_000,
    )
    one.entry.examAt = start
    one.entry.story.push('moved by the centre')
    const last = one.entry.bookings.at(-1)
    if (last) last.place = now.slot?.[0]?.reference ?? ''
    this.#plan(one, start + hour, (later) => this.#done(later, id))
  }

  async #done(one: Case, id: string): Promise<void> {
    const appointment = await this.#appointment(id)
    if (appointment.status !== 'booked') throw new Error(`${one.entry.number} is ${appointment.status}`)
    await this.#noted(appointment, 'fulfilled')
    await this.#moved(one, 'completed', {})
  }

  #plan(one: Case, at: number, happens: (one: Case) => Promise<void> | void): void {
    this.#agenda.plan(at, async () => happens.call(this, one))
  }

  #appointment(id: string): Promise<Kept<Appointment>> {
    return this.#world.as('cell').get(`Appointment/${id}`)
  }

  async #task({ request }: Case): Promise<Kept<Task>> {
    const [task] = await this.#world
      .as('cell')
      .search<Task>(`Task?focus=ServiceRequest/${request}&code=fulfill`)
    if (!task) throw new Error('The request has no Task')
    return task
  }

  /** Moves the request's Task on, unless it is there already or has ended with its request. */
  async #moved(one: Case, status: NonNullable<Task['status']>, more: Partial<Task>): Promise<void> {
    const task = await this.#task(one)
    if (task.status === status) return
    await this.#put({ ...task, ...more, status } as Kept<Task>) // a Task still
  }

  /** What became of an appointment: by the centre's own system, or by the cell where there is only a telephone. */
  #noted(appointment: Kept<Appointment>, status: 'noshow' | 'fulfilled'): Promise<void> {
    return this.#put({ ...appointment, status }, hasSystem(appointment) ? sourceOf(appointment) : 'cell')
  }

  async #put(resource: Kept, by = 'cell'): Promise<void> {
    const { status, body } = await this.#world
      .as(by)
      .call('PUT', `${resource.resourceType}/${resource.id}`, resource)
    if (status < 300) return
    const { issue = [] } = body as OperationOutcome
    throw new Error(
      `PUT ${resource.resourceType}: HTTP ${status}: ${issue.map(({ diagnostics }) => diagnostics)}`,
    )
  }
}

const startOf = (date: Temporal.PlainDate) =>
  date.toZonedDateTime({ timeZone: 'Europe/Paris', plainTime: '07:00' }).epochMilliseconds

const sourceOf = ({ meta }: Appointment) => meta?.source?.replace('urn:relais:source:', '') ?? ''

const hasSystem = (appointment: Appointment) => sourceOf(appointment).startsWith('ris-')
