import type { Appointment, Bundle, OperationOutcome, ServiceRequest, Slot } from '@medplum/fhirtypes'
import { field, type Message } from '../../src/hl7v2/message.ts'
import type { Kept } from '../../src/store/index.ts'
import { keysOf } from '../../src/territory/read.ts'
import { until } from '../support/clock.ts'
import type { Caller, Reply, TestGateway } from '../support/gateway.ts'
import { say, toldBy, v2 } from '../support/peers.ts'

/** A referral as the practice's software sends it. Fictive patient, INS of the national test range. */
export interface OrderText {
  number: string
  /** MSH-10; the number unless said. */
  control?: string
  /** ORC-1. */
  event?: 'NW' | 'CA' | 'XO'
  exam?: string
  modality?: 'US' | 'CT' | 'MR' | 'MG'
  /** Empty: not said. */
  purpose?: string
  justification?: string
  application?: string
  ins?: string
  /** PID-3, in place of the INS. */
  patient?: string
  /** PID-32: `VALI` is qualified, and has an INS. */
  identity?: 'VALI' | 'PROV'
  /** PD1-4: the treating doctor. */
  treating?: string
  /** OBR-28: who else gets what is said. */
  copies?: string
}

export const patientWords = [
  'PAT-TROIS',
  'DOMINIQUE',
  '279035121518989',
  'Breteuil',
  '19790328',
  '1979-03-28',
]

export function order({
  number,
  control = number,
  event = 'NW',
  exam = '24558-9^US Abdomen^LN',
  modality = 'US',
  purpose = 'Rechercher une dilatation',
  justification = 'Fièvre depuis 48 heures',
  application = 'EHR',
  ins = '279035121518989',
  patient = `${ins}^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS`,
  identity = 'VALI',
  treating = '',
  copies = '',
}: OrderText): string {
  const doctor = '899900000011^Exemple^Camille^^^DR^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS'
  return v2(
    `MSH|^~\\&|${application}|MARCHE|RELAIS||20260106120000+0100||ORM^O01^ORM_O01|${control}|P|2.5.1|||||FRA|UNICODE UTF-8`,
    `PID|||${patient}||PAT-TROIS^DOMINIQUE^DOMINIQUE^^^^L||19790328|F|||28 Av de Breteuil^^PARIS^^75007^FRA^H~^^^^^^BDL^^63220||||||||||||||||||||N|${identity}`,
    ...(treating ? [`PD1||||${treating}`] : []),
    'PV1||O',
    `ORC|${event}|${number}^^1.2.250.1.999.1^ISO|||||||20260106120000+0100|||${doctor}||^PRN^PH^^^^^^^^^+33199000099`,
    `OBR|1|${number}^^1.2.250.1.999.1^ISO||${exam}|||||||||${justification}|||${doctor}|||||||||||^^^^20300101^R|${copies}`,
    ...(purpose ? [`NTE|1||${purpose}|FINALITE_EXAMEN^^HL70364`] : []),
    `OBX|1|CE|MODALITE_IMAGERIE^Modalité^TLR_OBSERVATION||${modality}^^DCM||||||O`,
    'OBX|2|CE|82810-3^Pregnancy status^LN||60001007^Not pregnant^SCT||||||O',
    'OBX|3|FT|30954-2^Examens antérieurs^LN||Aucun connu||||||O',
  )
}

/** An INS of the national test range with its key, for patient n. Source: référentiel INS. */
export function patientIdentifierOf(n: number): string {
  const body = `2790351${String(n % 1_000_000).padStart(6, '0')}`
  return body + String(97 - Number(BigInt(body) % 97n)).padStart(2, '0')
}

let last = 0
/** A number that was not used before in this process. */
export const freshNumber = (prefix = 'P'): string =>
  `${prefix}-${Date.now().toString(36).toUpperCase()}-${++last}`

/** Sends a referral by HL7 v2; comes back with its ServiceRequest as the practice sees it. */
export async function referred(
  gateway: Pick<TestGateway, 'mllp' | 'as'>,
  text: Partial<OrderText> = {},
): Promise<Kept<ServiceRequest>> {
  const number = text.number ?? freshNumber()
  const told = toldBy(await say(order({ number, ...text }), gateway.mllp))
  if (!told.startsWith('AA ')) throw new Error(`The referral was not accepted: ${told}`)
  return requestOf(number, gateway.as('ehr'))
}

export async function requestOf(number: string, caller: Caller): Promise<Kept<ServiceRequest>> {
  const [request, second] = await caller.search<ServiceRequest>(`ServiceRequest?identifier=${number}`)
  if (!request || second) throw new Error(`There is not one referral ${number}`)
  return request
}

/** `Organization/<id>` by the demo's own name. */
export function organization({ gateway }: Pick<TestGateway, 'gateway'>, id: string): string {
  const key = `https://relais.example/demo|${id}`
  const found = gateway.loaded.resources.find((resource) => keysOf(resource).includes(key))
  if (!found) throw new Error(`The territory has no ${id}`)
  return `Organization/${found.id}`
}

/** Proposals for a referral. */
export async function found(
  caller: Caller,
  request: ServiceRequest,
  { at, days = 27, count = 100 }: { at?: string; days?: number; count?: number } = {},
): Promise<Appointment[]> {
  const now = Date.now()
  const { status, body } = await caller.call<Bundle<Appointment>>(
    'POST',
    `Appointment/$find?_count=${count}`,
    {
      resourceType: 'Parameters',
      parameter: [
        { name: 'start', valueDateTime: new Date(now).toISOString() },
        { name: 'end', valueDateTime: new Date(now + days * 86_400_000).toISOString() },
        { name: 'referral-identifier', valueIdentifier: request.identifier?.[0] ?? {} },
        ...(at === undefined ? [] : [{ name: 'organization', valueReference: { reference: at } }]),
      ],
    },
  )
  if (status !== 200) throw new Error(`$find: HTTP ${status}: ${JSON.stringify(body)}`)
  return (body.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'Appointment' ? resource : [],
  )
}

/** The first proposal; at one centre (`Organization/<id>`) if it is named. */
export async function firstFor(
  caller: Caller,
  request: ServiceRequest,
  at?: string,
): Promise<Appointment & { id: string }> {
  const [first] = await until(
    () => found(caller, request, { count: 1, ...(at !== undefined && { at }) }),
    (all) => all.length > 0,
  )
  if (!first?.id) throw new Error('No place was found')
  return { ...first, id: first.id }
}

/** An appointment stands in a bundle, or alone. */
export type Answered = Bundle<Appointment | OperationOutcome> | Appointment | OperationOutcome

export const holds = (caller: Caller, appointment: string, seconds?: number): Promise<Reply<Answered>> =>
  caller.asks('hold', [
    { name: 'appointment-reference', valueReference: { reference: `Appointment/${appointment}` } },
    ...(seconds === undefined ? [] : [{ name: 'hold-seconds', valuePositiveInt: seconds }]),
  ])

export const books = (caller: Caller, appointment: string): Promise<Reply<Answered>> =>
  caller.asks('book', [
    { name: 'appointment-reference', valueReference: { reference: `Appointment/${appointment}` } },
  ])

/** The appointment in an operation's answer. Fails when there is none. */
export function appointmentIn({ status, body }: Reply<Answered>): Kept<Appointment> {
  const all = body.resourceType === 'Bundle' ? (body.entry ?? []).map(({ resource }) => resource) : [body]
  const appointment = all.find((one) => one?.resourceType === 'Appointment')
  if (appointment) return appointment as Kept<Appointment> // found by its type; it is kept
  throw new Error(`HTTP ${status}: ${JSON.stringify(body)}`)
}

/** The issues of an answer: those of its OperationOutcome, wherever it stands. */
export function issuesIn({ body }: Reply<unknown>): NonNullable<OperationOutcome['issue']> {
  const resource = body as Answered | undefined
  if (resource?.resourceType === 'OperationOutcome') return resource.issue
  const entries = resource?.resourceType === 'Bundle' ? (resource.entry ?? []) : []
  return entries.flatMap(({ resource: one }) => (one?.resourceType === 'OperationOutcome' ? one.issue : []))
}

/** The diary of the centre that declares its ranges is there: its slots are free. */
export const slotsAreThere = (gateway: TestGateway): Promise<Kept<Slot>[]> =>
  until(
    () => gateway.as('cell').search<Slot>('Slot?status=free&_count=5'),
    (slots) => slots.length > 0,
  )

/** The centre's word on what SRM asked of it. */
export function srr(
  srm: Message,
  state: 'Booked' | 'Cancelled',
  { control = `SRR${field(srm, 'MSH-10')}`, number = `RV-${field(srm, 'ARQ-1')}`, reason = '' } = {},
): string {
  const placer = field(srm, 'ARQ-1')
  const isTaken = state === 'Booked' || field(srm, 'MSH-9.2') === 'S04'
  const code = isTaken ? 'AA' : 'AR'
  return v2(
    `MSH|^~\\&|RIS|PORT|RELAIS||20260106120000+0100||SRR^${field(srm, 'MSH-9.2')}^SRR_S01|${control}|P|2.5.1|||||FRA|UNICODE UTF-8`,
    `MSA|${code}|${field(srm, 'MSH-10')}${reason && `|${reason}`}`,
    `SCH|${placer}|${isTaken ? number : ''}|||||||||||||||||||||||${state}`,
  )
}

/** What the centre's desk says by itself of an appointment. */
export function siu(
  event: 'S12' | 'S13' | 'S14' | 'S15' | 'S17' | 'S26',
  {
    placer = '',
    filler = '',
    start = '',
    end = '',
    state = '',
    reason = '',
    control = freshNumber('SIU'),
  }: Partial<Record<'placer' | 'filler' | 'start' | 'end' | 'state' | 'reason' | 'control', string>>,
): string {
  const timing = start && `^^^${hl7(start)}^${hl7(end)}`
  return v2(
    `MSH|^~\\&|RIS|PORT|RELAIS||20260106120000+0100||SIU^${event}^SIU_S12|${control}|P|2.5.1|||||FRA|UNICODE UTF-8`,
    `SCH|${placer}|${filler}||||${reason}|||||${timing}||||||||||||||${state}`,
    'RGS|1',
    `AIS|1||US^Échographie^LOCAL|${start && hl7(start)}`,
  )
}

const hl7 = (instant: string): string =>
  `${instant.slice(0, 19).replaceAll(/[-:T]/g, '')}${instant.slice(-6).replace(':', '')}`

/** The radiologist's comment on an order. */
export function comment(
  number: string,
  text: string,
  { report = `CR-${number}`, control = freshNumber('ORU'), status = 'F' } = {},
): string {
  return v2(
    `MSH|^~\\&|RIS|PORT|RELAIS||20260107091500+0100||ORU^R01^ORU_R01|${control}|P|2.5.1|||||FRA|UNICODE UTF-8`,
    'PID|||279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS||PAT-TROIS^DOMINIQUE^DOMINIQUE^^^^L||19790328|F',
    `ORC|RE|${number}^^1.2.250.1.999.1^ISO|${report}`,
    `OBR|1|${number}^^1.2.250.1.999.1^ISO|${report}|24558-9^US Abdomen^LN|||20260107083000+0100|||||||||||||||20260107113000+0100|||${status}`,
    `OBX|1|FT|48767-8^Commentaire^LN||${text}||||||${status}`,
  )
}

/** Lines of a log that say a word of the patient. */
export const linesNaming = (log: readonly string[], words: readonly string[] = patientWords): string[] =>
  log.filter((line) => words.some((word) => line.toLowerCase().includes(word.toLowerCase())))
