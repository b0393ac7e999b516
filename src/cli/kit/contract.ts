import { randomUUID } from 'node:crypto'
import type { Appointment, Bundle, Patient, Resource, ServiceRequest, Slot } from '@medplum/fhirtypes'
import type { Incoming, Link, LinkDesk, Sent } from '../../connectors/connector.ts'
import { connectors as kinds } from '../../connectors/index.ts'
import { contradictions, sheetOf, takenBy } from '../../connectors/sheet.ts'
import { systems } from '../../fhir/canonical.ts'
import { allOk, failureOf } from '../../fhir/outcome.ts'
import { routeOf } from '../../flows/index.ts'
import type { Content } from '../../flows/message.ts'
import type { Rules } from '../../gateway/rules.ts'
import { toTree } from '../../hl7v2/tree.ts'
import type { ConnectorFile } from '../../territory/read.ts'

/** One thing that the contract asks, and whether the system under test does it. */
export interface Check {
  name: string
  /** `skipped`: its sheet says that it does not do this, or the kit cannot try it. */
  end: 'passed' | 'failed' | 'skipped'
  /** What was seen; why it failed. */
  told?: string
}

/** What is tried with, where the system's own diary does not say it. */
export interface Trial {
  /** Instant of the place that is asked for. */
  start: string
  minutes: number
  /** DICOM modality. */
  modality: string
}

/**
 * Tries the contract on a radiology system, by the gateway's own connector: what passes here works there. It books the
 * place of a fictive patient and cancels it again: for a system of test.
 */
export async function tryContract(file: ConnectorFile, trial: Trial, rules: Rules): Promise<Check[]> {
  const kind = kinds[file.kind]
  if (!kind) throw new Error(`There is no connector ${file.kind}`)
  const heard: Incoming[] = []
  const tasks: ((signal: AbortSignal) => Promise<void>)[] = []
  const desk = deskFor(file, rules, heard, tasks)
  await using link = await kind.open(file.settings, desk)
  const rows = new Map<string, string>()
  const [sheet, takes] = [sheetOf(file), takenBy(file)]
  const bench: Bench = { file, trial, rules, link, heard, tasks, sheet, takes, rows }
  const checks: Check[] = []
  const note = async (name: string, isPromised: boolean, look: () => Promise<string>, isReady = true) => {
    const told = isPromised ? 'what comes before it has failed' : 'by its sheet'
    checks.push(isPromised && isReady ? await checked(name, look) : { name, end: 'skipped', told })
    return checks.at(-1)?.end === 'passed'
  }
  await note('its file does not contradict itself', true, async () => soundFile(file))
  const isPulled = bench.sheet.publish === 'pulled'
  await note('its diary can be read, and every place in it is valid', isPulled, () => diaryRead(bench))
  const asked = exampleOf(bench)
  let answer: Appointment | undefined
  const isTaken = await note(
    'a booking is answered yes',
    bench.takes.includes('appointment.requested'),
    async () => {
      answer = await yesTo(asked, bench)
      return `${answer.status}${numberIn(answer)}`
    },
  )
  const again = async () => {
    const second = await yesTo(asked, bench)
    if (numberIn(second) === numberIn(answer)) return 'answered as before'
    throw new Error(`It has another number now:${numberIn(second)}, before:${numberIn(answer)}`)
  }
  await note(
    'the same booking again is the same booking',
    bench.takes.includes('appointment.requested'),
    again,
    isTaken,
  )
  await note(
    'a booking of a place that is not there is refused',
    bench.takes.includes('appointment.requested'),
    () => noTo(nowhere(asked), bench),
    isTaken,
  )
  const order = () => accepted('request.ordered', asked, bench)
  await note('an order for it is taken', bench.takes.includes('request.ordered'), order, isTaken)
  const cancels = bench.takes.includes('appointment.cancelled')
  const cancel = () => accepted('appointment.cancelled', cancelledOf(asked, answer), bench)
  const isCancelled = await note('its cancellation is taken', cancels, cancel, isTaken)
  await note('the same cancellation again is taken', cancels, cancel, isCancelled)
  if (file.kind === 'mllp')
    await note('what it does not know is refused, and the line stays', link.send !== undefined, () =>
      nonsenseRefused(bench),
    )
  return [...checks, ...untried(bench)]
}

/** What its file promises and the kit cannot try: it takes somebody at the other end, or what there is not yet. */
function untried({ sheet, takes, link }: Bench): Check[] {
  const tried = ['appointment.requested', 'appointment.cancelled', 'request.ordered']
  const names = [
    ...takes.filter((kind) => !tried.includes(kind)).map((kind) => `${kind} is taken`),
    ...(sheet.push ? ['what its desk changes is told'] : []),
    ...(link.look ? ['it says what it has of an appointment'] : []),
  ]
  return names.map((name) => ({ name, end: 'skipped', told: 'promised, and not tried here' }))
}

interface Bench {
  file: ConnectorFile
  trial: Trial
  rules: Rules
  link: Link
  /** What the system has said so far. */
  heard: Incoming[]
  tasks: readonly ((signal: AbortSignal) => Promise<void>)[]
  sheet: ReturnType<typeof sheetOf>
  takes: readonly string[]
  /** The same for the same booking: so is its control id, or its key, on each try. */
  rows: Map<string, string>
}

async function checked(name: string, look: () => Promise<string>): Promise<Check> {
  try {
    return { name, end: 'passed', told: await look() }
  } catch (thrown) {
    return { name, end: 'failed', told: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}

function soundFile(file: ConnectorFile): string {
  const wrong = contradictions(file)
  if (wrong.length > 0) throw new Error(wrong.join('; '))
  return file.kind
}

/** A desk as the gateway has one, that keeps what it is handed. */
function deskFor(
  file: ConnectorFile,
  rules: Rules,
  heard: Incoming[],
  tasks: ((signal: AbortSignal) => Promise<void>)[],
): LinkDesk {
  const memory = new Map<string, string>()
  return {
    name: file.name,
    organization: undefined,
    receive: async (incoming) => {
      heard.push(incoming)
      return { outcome: allOk('Heard.') }
    },
    clock: () => new Date(),
    transform: (map, input) => rules.maps.run(map, input, runOf(file)).target,
    recall: async (key) => memory.get(key),
    remember: async (key, value) => void memory.set(key, value),
    noteDiary: async () => {},
    outboundLoopback: true,
    maySpeak: async () => true,
    every: (_, __, task) => void tasks.push(task),
  }
}

const runOf = ({ zone }: ConnectorFile) => ({
  zone: zone ?? 'Europe/Paris',
  now: new Date().toISOString(),
  newId: () => randomUUID(),
})

/** Reads the diary as the gateway does, and holds each place against the profiles. */
async function diaryRead({ tasks, heard, file, rules }: Bench): Promise<string> {
  for (const task of tasks) await task(AbortSignal.timeout(60_000))
  const resources = heard
    .filter(({ kind }) => kind === 'Slot')
    .flatMap((one) => resourcesIn(one, file, rules))
  const faults = resources.flatMap((resource) =>
    rules.validator
      .validate(resource)
      .filter(({ severity }) => severity !== 'warning' && severity !== 'information')
      .map(({ expression = '', text }) => `${resource.resourceType}: ${expression}: ${text}`),
  )
  if (faults.length > 0) throw new Error([...new Set(faults)].slice(0, 5).join('; '))
  const slots = resources.filter((one): one is Slot => one.resourceType === 'Slot')
  const free = slots.filter(({ status }) => status === 'free')
  if (free.length === 0)
    throw new Error(`There are ${slots.length} places in it, and none is free: publish one for the trial`)
  return `${slots.length} places, ${free.length} free`
}

/** What a message means, by the map that the gateway would take. */
function resourcesIn({ kind, content }: Incoming, file: ConnectorFile, rules: Rules): Resource[] {
  if (!content) throw new Error(`What it said of ${kind} cannot be read`)
  const map = file.maps[kind] ?? routeOf(kind, content).map
  const made =
    map === undefined ? bundleIn(content) : rules.maps.run(map, inputOf(content), runOf(file)).target
  return ((made as Bundle).entry ?? []).flatMap(({ resource }) => resource ?? []) // inward maps make a Bundle
}

const inputOf = (content: Content): unknown =>
  content.form === 'v2' ? toTree(content.message) : content.form === 'json' ? content.value : content.resource

function bundleIn(content: Content): unknown {
  if (content.form !== 'fhir') throw new Error('No map is named for what it said')
  return content.resource.resourceType === 'Bundle'
    ? content.resource
    : { entry: [{ resource: content.resource }] }
}

/** What the trial is about: a place of its diary, or the one that was named, for a fictive patient. */
function exampleOf({ heard, trial, file, rules }: Bench): Resource[] {
  const slots = heard
    .filter(({ kind, content }) => kind === 'Slot' && content)
    .flatMap((one) => resourcesIn(one, file, rules))
  const free = slots.find((one): one is Slot => one.resourceType === 'Slot' && one.status === 'free')
  const end = new Date(Date.parse(trial.start) + trial.minutes * 60_000).toISOString()
  const type = { coding: [{ system: systems.dicom, code: trial.modality }] }
  const id = randomUUID()
  const appointment: Appointment = {
    resourceType: 'Appointment',
    id,
    identifier: [
      {
        type: { coding: [{ system: systems.identifierType, code: 'PLAC' }] },
        system: systems.appointment,
        value: id,
      },
    ],
    status: 'pending',
    serviceType: free?.serviceType ?? [type],
    start: free?.start ?? trial.start,
    end: free?.end ?? end,
    minutesDuration: trial.minutes,
    participant: [{ actor: { reference: 'Patient/kit' }, status: 'accepted' }],
  }
  return [appointment, request, patient, ...(free ? [{ ...free, id: 'kit' }] : [])]
}

/** Fictive, with a national identifier of the test range. */
const patient: Patient = {
  resourceType: 'Patient',
  id: 'kit',
  identifier: [
    {
      use: 'official',
      system: systems.insNirTest,
      value: '279035121518989',
      type: { coding: [{ system: systems.identifierType, code: 'NI' }] },
    },
  ],
  name: [{ use: 'official', family: 'PAT-TROIS', given: ['DOMINIQUE'] }],
  gender: 'female',
  birthDate: '1979-03-28',
}

const request: ServiceRequest = {
  resourceType: 'ServiceRequest',
  id: 'kit',
  identifier: [
    {
      type: { coding: [{ system: systems.identifierType, code: 'PLAC' }] },
      system: 'urn:oid:1.2.250.1.999.1',
      value: `KIT-${Date.now().toString(36)}`,
    },
  ],
  status: 'active',
  intent: 'order',
  code: { text: 'Essai de connexion' },
  subject: { reference: 'Patient/kit' },
}

/** Sends as the gateway does. A refusal, or no answer, fails with what was said. */
async function sent(kind: string, about: readonly Resource[], bench: Bench): Promise<Sent> {
  const end = await tried(kind, about, bench)
  if (end.end !== 'sent' && !end.reply) throw new Error(`It answered ${end.reason ?? end.end}`)
  return end
}

/** Sends as the gateway does, whatever is answered. */
async function tried(kind: string, about: readonly Resource[], { link, file, rows }: Bench): Promise<Sent> {
  if (!link.send || !link.render) throw new Error('Nothing leaves by this connector')
  const row = rowOf(kind, about, rows)
  const departure = {
    row,
    peer: file.name,
    kind,
    about: [],
    attempts: 0,
    queuedAt: new Date().toISOString(),
    status: 'queued' as const,
    lane: file.name,
  }
  const rendered = await link.render(departure, about)
  return link.send({ ...departure, ...rendered }, AbortSignal.timeout(60_000))
}

function rowOf(kind: string, [first]: readonly Resource[], rows: Map<string, string>): string {
  const key = `${kind} ${first?.id}`
  const known = rows.get(key) ?? randomUUID()
  rows.set(key, known)
  return known
}

/** The system's yes to a booking, as the gateway understands it. */
async function yesTo(about: readonly Resource[], bench: Bench): Promise<Appointment> {
  const { reply } = await sent('appointment.requested', about, bench)
  if (!reply) return { resourceType: 'Appointment', status: 'pending', participant: [] }
  const said = appointmentIn(reply, bench)
  if (!said) throw new Error('Its answer names no appointment')
  const ours = about[0]?.id
  if (!said.identifier?.some(({ value }) => value === ours))
    throw new Error('Its answer does not name our number of the appointment')
  if (said.status !== 'booked' && said.status !== 'pending')
    throw new Error(`It says ${said.status}: ${said.cancelationReason?.text ?? 'without a reason'}`)
  return said
}

/** The same in a place that no diary has. */
function nowhere([first, ...others]: readonly Resource[]): Resource[] {
  const appointment = first as Appointment // of our making
  const id = randomUUID()
  const span = { start: '2000-01-01T03:00:00+01:00', end: '2000-01-01T03:20:00+01:00' }
  const identifier = (appointment.identifier ?? []).map((one) => ({ ...one, value: id }))
  const unknown = (one: Resource): Resource =>
    one.resourceType === 'Slot'
      ? { ...one, ...span, identifier: (one.identifier ?? []).map((own) => ({ ...own, value: `KIT-${id}` })) }
      : one
  return [{ ...appointment, id, identifier, ...span }, ...others.map(unknown)]
}

/** The system's no to a booking, as the gateway understands it. */
async function noTo(about: readonly Resource[], bench: Bench): Promise<string> {
  const { end, reply, reason } = await tried('appointment.requested', about, bench)
  const said = reply && appointmentIn(reply, bench)
  if (end === 'refused') return `${reason}, ${said?.cancelationReason?.text ?? 'without a reason'}`
  if (end !== 'sent') throw new Error(`It answered ${reason ?? end}: that means later, not no`)
  if (said?.status === 'cancelled') return said.cancelationReason?.text ?? 'without a reason'
  if (bench.takes.includes('appointment.cancelled'))
    await tried('appointment.cancelled', cancelledOf(about, said), bench)
  if (said?.status !== 'booked') return 'it answers later'
  throw new Error('It said yes to a place of the year 2000')
}

const appointmentIn = (reply: Incoming, { file, rules }: Bench) =>
  resourcesIn(reply, file, rules).find((one): one is Appointment => one.resourceType === 'Appointment')

const numberIn = (said: Appointment | undefined) => {
  const own = said?.identifier?.find(
    ({ type, system }) =>
      system !== systems.appointment && !type?.coding?.some(({ code }) => code === 'PLAC'),
  )
  return own?.value === undefined ? '' : ` ${own.value}`
}

async function accepted(kind: string, about: readonly Resource[], bench: Bench): Promise<string> {
  const { end, reason } = await sent(kind, about, bench)
  if (end !== 'sent') throw new Error(`It answered ${reason ?? end}`)
  return 'accepted'
}

/** The same appointment, cancelled; with the number that the system has given it. */
function cancelledOf([first, ...others]: readonly Resource[], answer: Appointment | undefined): Resource[] {
  const appointment = first as Appointment // of our making
  const theirs = (answer?.identifier ?? []).filter(({ value }) => value !== appointment.id)
  return [
    {
      ...appointment,
      status: 'cancelled',
      identifier: [...(appointment.identifier ?? []), ...theirs],
      cancelationReason: { text: 'Essai de connexion' },
    },
    ...others,
  ]
}

/** A message of a kind that nobody takes is answered by AE or AR, not by silence, and what comes after it is heard. */
async function nonsenseRefused({ link, file }: Bench): Promise<string> {
  const id = randomUUID().replaceAll('-', '').slice(0, 20).toUpperCase()
  const raw = Buffer.from(`MSH|^~\\&|RELAIS|KIT|||20260101120000||ZZZ^Z99|${id}|P|2.5.1\rZZZ|1\r`)
  const departure = {
    row: randomUUID(),
    peer: file.name,
    kind: 'kit',
    about: [],
    attempts: 0,
    queuedAt: new Date().toISOString(),
    status: 'queued' as const,
    lane: file.name,
  }
  const end = await link
    .send?.({ ...departure, raw, contentType: 'x-application/hl7-v2+er7' }, AbortSignal.timeout(60_000))
    .catch((thrown: unknown) => {
      throw new Error(failureOf(thrown, id).message)
    })
  if (end?.end === 'sent') throw new Error('It accepted a message that nobody knows')
  if (!/^[AC][ER]/.test(end?.reason ?? '')) throw new Error(`It did not answer: ${end?.reason ?? 'silence'}`)
  return `answered ${end?.reason}`
}
