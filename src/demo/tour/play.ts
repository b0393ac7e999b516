import type {
  Appointment,
  Bundle,
  Communication,
  Parameters,
  ServiceRequest,
  Slot,
  Task,
} from '@medplum/fhirtypes'
import { sendOne } from '../partners/mllp-ris.ts'
import { orderMessage, type TourOrder } from './order.ts'
import { type Caller, callerAs, type World } from './world.ts'

/** What one step of the tour made. */
export interface Step {
  says: string
  /** Where it can be read. */
  url?: string
}

/** What the whole way made, for tests to look at. */
export interface Journey {
  request: ServiceRequest
  appointment: Appointment
  comment: Communication
  reply: Communication
}

/** Plays one referral's whole way over the wires, and tells each step. Fails when a step does not come true. */
export async function play(order: TourOrder, world: World, tell: (step: Step) => void): Promise<Journey> {
  const [ehr, cell] = await Promise.all([callerAs('ehr', world), callerAs('cell', world)])
  const at = (path: string) => `${world.baseUrl}/fhir/${path}`

  const number = `TOUR-${Date.now().toString(36).toUpperCase()}-${order.ris.toUpperCase()}`
  const acknowledgment = await sendOne(orderMessage(order, number, rppsOf(world), new Date()), world.mllp)
  if (!/\rMSA\|AA\|/.test(acknowledgment))
    throw new Error(`The order was not accepted: ${acknowledgment.replaceAll('\r', '\n')}`)
  tell({ says: `order ${number} sent by HL7 v2, acknowledged AA` })

  const request = await only<ServiceRequest>(ehr, `ServiceRequest?identifier=${number}`)
  tell({ says: `it is a ServiceRequest, ${request.status}`, url: at(`ServiceRequest/${request.id}`) })
  const task = await only<Task>(ehr, `Task?focus=ServiceRequest/${request.id}`)
  tell({ says: `the coordination cell has a Task, ${task.status}`, url: at(`Task/${task.id}`) })

  const proposals = await find(request, order, world, ehr)
  const first = proposals[0]
  if (!first) throw new Error('No free slot was found')
  tell({
    says: `${proposals.length} places found; the first: ${first.start}`,
    url: at(first.slot?.[0]?.reference ?? ''),
  })

  const hold = await asked<Appointment>(ehr, '$hold', [
    { name: 'appointment-reference', valueReference: { reference: `Appointment/${first.id}` } },
  ])
  tell({ says: `held: ${hold.status}`, url: at(`Appointment/${hold.id}`) })
  const asking = asked<Appointment>(ehr, '$book', [
    { name: 'appointment-reference', valueReference: { reference: `Appointment/${hold.id}` } },
  ])
  if (order.ris === 'manual') await answerTelephone(hold, cell, tell)
  await asking
  const appointment = await until(
    () => ehr.get<Appointment>(`Appointment/${hold.id}`),
    ({ status }) => status === 'booked',
  )
  tell({ says: `the centre says yes: ${appointment.status}`, url: at(`Appointment/${appointment.id}`) })
  const slot = await ehr.get<Slot>(appointment.slot?.[0]?.reference ?? '')
  tell({ says: `its slot is ${slot.status}`, url: at(`Slot/${slot.id}`) })

  await comment(order, number, request, world)
  const received = await until(
    () => found<Communication>(ehr, `Communication?based-on=ServiceRequest/${request.id}`),
    (all) => all.length > 0,
  )
  const [heard] = received
  if (!heard) throw new Error('The comment did not arrive')
  tell({
    says: `the radiologist comments: "${heard.payload?.[0]?.contentString}"`,
    url: at(`Communication/${heard.id}`),
  })

  const reply = await replied(heard, ehr)
  tell({ says: 'the doctor replies, on its way to the centre', url: at(`Communication/${reply.id}`) })
  return { request, appointment, comment: heard, reply }
}

function rppsOf({ doctors }: World): string {
  return doctors.find(({ member }) => member)?.rpps ?? ''
}

async function find(
  request: ServiceRequest,
  { centre }: TourOrder,
  world: World,
  ehr: Caller,
): Promise<Appointment[]> {
  const organization = world.centres.find(({ connector }) => connector === centre)?.id
  const now = Date.now()
  const { status, body } = await ehr.post<Bundle>('Appointment/$find', {
    resourceType: 'Parameters',
    parameter: [
      { name: 'start', valueDateTime: new Date(now).toISOString() },
      { name: 'end', valueDateTime: new Date(now + 14 * 86_400_000).toISOString() },
      { name: 'referral-identifier', valueIdentifier: request.identifier?.[0] ?? {} },
      { name: 'organization', valueReference: { reference: `Organization/${organization}` } },
    ],
  } satisfies Parameters)
  if (status !== 200) throw new Error(`$find: HTTP ${status}: ${JSON.stringify(body)}`)
  return (body.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'Appointment' ? [resource] : [],
  )
}

/** Calls an operation that answers with a Bundle of one. */
async function asked<T>(caller: Caller, operation: string, parameter: Parameters['parameter']): Promise<T> {
  const { status, body } = await caller.post<Bundle>(`Appointment/${operation}`, {
    resourceType: 'Parameters',
    parameter,
  })
  const resource = body.entry?.[0]?.resource
  if (status >= 300 || !resource) throw new Error(`${operation}: HTTP ${status}: ${JSON.stringify(body)}`)
  return resource as T // the operation's own type
}

/** The cell has been told to telephone; the centre said yes. */
async function answerTelephone({ id }: Appointment, cell: Caller, tell: (step: Step) => void): Promise<void> {
  const tasks = await until(
    () => found<Task>(cell, `Task?focus=Appointment/${id}&status=requested`),
    (all) => all.length > 0,
  )
  const [task] = tasks
  const { status } = await cell.put(`Task/${task?.id}`, { ...task, status: 'completed' })
  if (status !== 200) throw new Error(`The Task could not be answered: HTTP ${status}`)
  tell({ says: 'the cell telephones the centre: yes' })
}

const words = 'Examen réalisé. Pas de complication ; à confronter à la clinique.'

/** The radiologist's word, each by the centre's own wire. */
async function comment(
  { ris }: TourOrder,
  number: string,
  request: ServiceRequest,
  world: World,
): Promise<void> {
  if (ris === 'v2') {
    const response = await fetch(`${world.deskUrl}/ris-v2/comment`, {
      method: 'POST',
      body: JSON.stringify({ placerOrderNumber: number, text: words }),
    })
    const acknowledgment = await response.text()
    if (!/\rMSA\|AA\|/.test(acknowledgment))
      throw new Error(`The comment was not accepted: ${acknowledgment}`)
    return
  }
  const centre = await callerAs(ris === 'manual' ? 'cell' : `ris-${ris}`, world)
  const { status, body } = await centre.post('Communication', {
    resourceType: 'Communication',
    status: 'completed',
    basedOn: [{ reference: `ServiceRequest/${request.id}` }],
    payload: [{ contentString: words }],
  })
  if (status !== 201) throw new Error(`The comment was not accepted: HTTP ${status}: ${JSON.stringify(body)}`)
}

async function replied(first: Communication, ehr: Caller): Promise<Communication> {
  const { status, body } = await ehr.post<Communication>('Communication', {
    resourceType: 'Communication',
    status: 'completed',
    basedOn: first.basedOn,
    inResponseTo: [{ reference: `Communication/${first.id}` }],
    payload: [{ contentString: 'Merci. Je revois le patient demain.' }],
  })
  if (status !== 201) throw new Error(`The reply was not accepted: HTTP ${status}: ${JSON.stringify(body)}`)
  return body
}

async function found<T>(caller: Caller, query: string): Promise<T[]> {
  const { entry = [] } = await caller.get<Bundle>(query)
  return entry.map(({ resource }) => resource as T) // the query's own type
}

async function only<T>(caller: Caller, query: string): Promise<T> {
  const [first] = await until(
    () => found<T>(caller, query),
    (all) => all.length > 0,
  )
  if (first === undefined) throw new Error(`Nothing was found: ${query}`)
  return first
}

/** Looks until it is so, for ten seconds. */
async function until<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  for (let tries = 100; ; tries--) {
    const seen = await look()
    if (isSo(seen)) return seen
    if (tries === 0) throw new Error(`It did not come true in time: ${JSON.stringify(seen).slice(0, 500)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
