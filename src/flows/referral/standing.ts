import type {
  CodeableConcept,
  Coding,
  Patient,
  Practitioner,
  PractitionerRole,
  ServiceRequest,
} from '@medplum/fhirtypes'
import { systems } from '../../fhir/canonical.ts'
import { coversDay } from '../../fhir/dates.ts'
import { failure } from '../../fhir/outcome.ts'
import { clean } from '../../fhir/search/forms.ts'
import { dayIn } from '../../fhir/zone.ts'
import type { Kept, Reader, Trail } from '../../store/index.ts'
import { examsOf } from '../protocol/protocol.ts'
import type { Moment, Territory } from '../step.ts'
import type { FlagCode } from './flags.ts'

/** What becomes of a request that is not as the territory has it: it is flagged, or refused with a reason. Never silent. */
export type Policy = 'flag' | 'refuse'

/** A code that is in force between two days (ISO dates, both belong to it). */
export interface Dated {
  code: string
  start?: string
  end?: string
}

/** Who may refer whom, as a territory has agreed: `rules/entry.json`. */
export interface EntryRules {
  /** Of TRE_G15: who may refer; of whom nothing is known is taken for a doctor. */
  professions: readonly Dated[]
  nonMembers: Policy
  /** INSEE codes; none: wherever a patient lives. */
  communes: readonly Dated[]
  outsideCommunes: Policy
  /** Of a patient whose treating doctor is known, and is not who asks. */
  outsidePath: Policy
  /** What is outside the entry protocol waits with the others, or stands apart until it is assessed. Never refused. */
  outsideProtocol: 'flag' | 'assess'
  /** Days within which the same exam of the same patient is perhaps asked for twice. */
  duplicateDays: number
}

/** What is known of whoever asks, and of what else was asked for the patient. */
export interface Standing {
  doctor: Kept<Practitioner> | undefined
  /** The doctor is named, and was not known before. */
  isStranger: boolean
  roles: readonly Kept<PractitionerRole>[]
  /** Requests for the same patient that are in force or have been carried out: by identifier, or by name, sex and birth date. */
  others: readonly Kept<ServiceRequest>[]
}

/** Whom a new request names. References of what is kept; `patient` as it was sent, if it was. */
export interface Named {
  /** `Practitioner/<id>` or `PractitionerRole/<id>`; `new`: named, and not known before. */
  requester: string | undefined
  patientReference: string | undefined
  patient: Patient | undefined
}

/** All that can be asked by what is named is asked at once; what was looked around for before is known. */
export async function standingOf({ requester, ...whom }: Named, store: Reader): Promise<Standing> {
  const [{ doctor, roles }, others] = await Promise.all([askingOf(requester, store), othersFor(whom, store)])
  return { doctor, isStranger: requester === 'new', roles, others }
}

async function askingOf(
  requester: string | undefined,
  store: Reader,
): Promise<Pick<Standing, 'doctor' | 'roles'>> {
  if (requester === undefined || requester === 'new') return { doctor: undefined, roles: [] }
  if (requester.startsWith('Practitioner/')) {
    const [doctor, roles] = await Promise.all([
      store.follow(requester),
      store.search('PractitionerRole', `practitioner=${requester}`),
    ])
    return doctor?.resourceType === 'Practitioner' ? { doctor, roles } : { doctor: undefined, roles: [] }
  }
  await store.around(aroundRole(requester))
  const role = await store.follow(requester)
  const doctor = role?.resourceType === 'PractitionerRole' ? role.practitioner?.reference : undefined
  return doctor?.startsWith('Practitioner/') ? askingOf(doctor, store) : { doctor: undefined, roles: [] }
}

async function othersFor(
  { patientReference, patient }: Omit<Named, 'requester'>,
  store: Reader,
): Promise<Kept<ServiceRequest>[]> {
  const [own, theirs] = await Promise.all([
    patientReference ? standingFor(patientReference, store) : [],
    twinsOf(patientReference, patient, store).then((twins) =>
      Promise.all(twins.map((twin) => standingFor(twin, store))),
    ),
  ])
  return [...own, ...theirs.flat()]
}

/** What was done is not to be done again within days, no more than what is still to be done. */
const stands = 'status=active,on-hold,completed'
const standing = `ServiceRequest?subject&${stands}`

const standingFor = (patient: string, store: Reader) =>
  store.search('ServiceRequest', `subject=${patient}&${stands}`)

/** Reads what stands for a patient as it was sent, before it is known who that is; `standingOf` then finds it read. */
export const foretellFor = (patient: Patient, store: Reader) =>
  Promise.all([
    store.naming('ServiceRequest', `subject&${stands}`, patient),
    sameTraits(patient, undefined, store),
  ])

/** Where to look around a role that asks: its doctor, and all of the doctor's roles. */
const aroundRole = (role: string): Trail[] =>
  role.startsWith('PractitionerRole/')
    ? [{ from: role, ways: [{ named: 'practitioner', ways: [{ naming: 'PractitionerRole?practitioner' }] }] }]
    : []

/** Others who are perhaps the same patient. */
async function twinsOf(
  reference: string | undefined,
  sent: Patient | undefined,
  store: Reader,
): Promise<string[]> {
  if (sent) return sameTraits(sent, reference, store)
  if (!reference) return []
  const [patient, namesakes] = await Promise.all([
    store.follow(reference),
    store.namesakes({ patient: reference }, standing),
  ])
  return patient?.resourceType === 'Patient' ? alike(patient, namesakes) : []
}

const nationalSystems: readonly string[] = [
  systems.insNir,
  systems.insNia,
  systems.insNirTest,
  systems.insNirDemo,
]

/** A national identifier is the same wherever one goes: two who each have one of a kind are two. */
function areTwo(one: Patient, other: Patient): boolean {
  const systemsOf = ({ identifier = [] }: Patient) => identifier.flatMap(({ system }) => system ?? [])
  const theirs = systemsOf(other)
  return systemsOf(one).some((system) => nationalSystems.includes(system) && theirs.includes(system))
}

/** Patients of the same birth name, sex and birth date, whatever their other numbers. */
async function sameTraits(patient: Patient, of: string | undefined, store: Reader): Promise<string[]> {
  const family = officialOf(patient)?.family
  const { birthDate } = patient
  if (!family || birthDate === undefined || birthDate.length < 10) return []
  const found = await store.namesakes({ family, birthDate }, standing)
  return alike(patient, found).filter((twin) => twin !== of)
}

function alike(patient: Patient, namesakes: readonly Kept<Patient>[]): string[] {
  const official = officialOf(patient)
  const first = plain(official?.given?.[0])
  return namesakes
    .filter(({ name = [] }) =>
      name.some(({ family = '' }) => clean(family) === clean(official?.family ?? '')),
    )
    .filter((one) => one.gender === patient.gender && plain(officialOf(one)?.given?.[0]) === first)
    .filter((one) => !areTwo(patient, one))
    .map(({ id }) => `Patient/${id}`)
}

const officialOf = ({ name = [] }: Patient) => name.find(({ use }) => use === 'official') ?? name[0]

const plain = (text = '') =>
  text
    .normalize('NFD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .toUpperCase()

/**
 * The flags that a new request gets by whom it is from and for whom. Fails: forbidden or business-rule where the
 * territory's rule is to refuse.
 */
export function foundOf(
  standing: Standing,
  { request, patient }: { request: ServiceRequest; patient: Patient | undefined },
  at: Pick<Moment, 'now' | 'territory'>,
): FlagCode[] {
  const { entry: rules } = at.territory
  const flags: FlagCode[] = []
  if (isTwice(standing.others, request, rules?.duplicateDays ?? 7, at)) flags.push('duplicate-suspected')
  if (!rules) return flags
  const day = dayIn(at.territory.zone, Date.parse(at.now))
  refuseProfession(standing, rules, day)
  if (isNamed(standing) && !isMember(standing.roles, at.territory.community, day)) {
    flags.push(judgedBy(rules.nonMembers, 'non-member', notMember))
  }
  if (isElsewhere(patient, rules, day)) {
    flags.push(judgedBy(rules.outsideCommunes, 'out-of-territory', elsewhere))
  }
  if (isOutsidePath(patient, standing)) {
    flags.push(judgedBy(rules.outsidePath, 'out-of-path', offPath))
  }
  return flags
}

function judgedBy(policy: Policy, flag: FlagCode, text: string): FlagCode {
  if (policy === 'flag') return flag
  throw failure('business-rule', text, 'ServiceRequest.requester')
}

const notMember = 'This territory takes requests of its members only: ask its coordination cell how to join.'
const elsewhere =
  'This territory takes requests for patients of its communes only: ask its coordination cell.'

const offPath =
  'This territory takes requests of the patient’s treating doctor, or by way of them: ask its coordination cell.'

const isNamed = ({ doctor, isStranger }: Standing) => doctor !== undefined || isStranger

const isMember = (roles: readonly PractitionerRole[], community: string, day: string): boolean =>
  roles.some(
    ({ organization, active, period = {} }) =>
      organization?.reference === community && active !== false && coversDay(period, day),
  )

/** Nobody is off the path of a patient whose treating doctor is not told; nor who asks in a name that is not known. */
function isOutsidePath(patient: Patient | undefined, { doctor, roles }: Standing): boolean {
  const treating = patient?.generalPractitioner ?? []
  if (treating.length === 0 || !doctor) return false
  const own = [doctor, ...roles].map(({ resourceType, id }) => `${resourceType}/${id}`)
  const places = roles.flatMap(({ organization }) => organization?.reference ?? [])
  const numbers = (doctor.identifier ?? []).flatMap(({ value }) => value ?? [])
  return !treating.some(({ reference, identifier }) =>
    reference === undefined
      ? numbers.includes(identifier?.value ?? '')
      : [...own, ...places].includes(reference),
  )
}

/** Of whom a profession is known, it has to be one that may refer. */
function refuseProfession({ doctor, roles }: Standing, { professions }: EntryRules, day: string): void {
  const said = [
    ...(doctor?.qualification ?? []).map(({ code }) => code),
    ...roles.flatMap(({ code = [] }) => code),
  ].flatMap(professionsIn)
  const allowed = professions.filter((one) => coversDay(one, day)).map(({ code }) => code)
  if (said.length === 0 || said.some((code) => allowed.includes(code))) return
  throw failure(
    'forbidden',
    `Requests are made by these professions here: ${allowed.join(', ')} (TRE_G15).`,
    'ServiceRequest.requester',
  )
}

const professionsIn = ({ coding = [] }: CodeableConcept): string[] =>
  coding.flatMap(({ system, code }) => (system?.includes('TRE_G15') && code ? [code] : []))

const inseeCode = 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code'

/** A patient whose commune is not told is nowhere else. */
function isElsewhere(patient: Patient | undefined, { communes }: EntryRules, day: string): boolean {
  const known = communes.filter((one) => coversDay(one, day)).map(({ code }) => code)
  const said = (patient?.address ?? [])
    .flatMap(({ extension = [] }) => extension)
    .flatMap(({ url, valueCoding }) => (url === inseeCode && valueCoding?.code ? [valueCoding.code] : []))
  return known.length > 0 && said.length > 0 && !said.some((code) => known.includes(code))
}

/** Whether the same exam was asked for within some days. */
function isTwice(
  others: readonly Kept<ServiceRequest>[],
  { id, code }: ServiceRequest,
  days: number,
  { now, territory }: Pick<Moment, 'now' | 'territory'>,
): boolean {
  const since = Date.parse(now) - days * 86_400_000
  const names = namesOf(code, territory)
  return others.some(
    (other) =>
      other.id !== id &&
      Date.parse(other.authoredOn ?? other.meta.lastUpdated) >= since &&
      namesOf(other.code, territory).some((one) => names.includes(one)),
  )
}

/** What an exam is known by: its codes, and whatever exam of the catalogue they mean; without a code its words. */
function namesOf({ coding = [], text }: CodeableConcept = {}, { protocols = [] }: Territory): string[] {
  const own = coding.filter(({ system, code }) => code && system !== systems.dicom)
  // With what it is done is no exam, where more is said.
  const codes = own.length > 0 ? own : coding.filter(({ code }) => code)
  if (codes.length === 0) return [plain(text)].filter(Boolean)
  const meant = protocols
    .flatMap(examsOf)
    .filter(({ codings }) => codings.some((one) => codes.some((said) => isSame(one, said))))
  return [
    ...codes.map(({ system = '', code }) => `${system}|${code}`),
    // Of any version: what is new about an exam does not make it another one.
    ...meant.map(({ canonical }) => canonical.split('|')[0] ?? canonical),
  ]
}

const isSame = (one: Coding, other: Coding) => one.system === other.system && one.code === other.code
