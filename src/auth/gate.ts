import type { Resource } from '@medplum/fhirtypes'
import type { Failure } from '../fhir/outcome.ts'
import { isKeptType } from '../fhir/reference.ts'
import { conformanceTypes, isConformance, servedTypes } from '../fhir/served.ts'
import type { Actor, Role } from './actor.ts'
import { type Permit, tooLittle } from './permit.ts'
import { covering, type Letter, metricsScope, operationScope } from './scopes.ts'

/**
 * What each role may write, by type; reading is bounded by sight instead.
 *
 * A scope never widens this. What is not written here is refused, and so is a role that is not.
 */
const writable: Readonly<Record<Role, 'all' | Readonly<Record<string, string>>>> = {
  gateway: 'all',
  operator: 'all',
  cell: 'all',
  region: {},
  prescriber: {
    ServiceRequest: 'cud',
    CommunicationRequest: 'cud',
    Task: 'cu',
    Appointment: 'cu',
    AppointmentResponse: 'cu',
    Communication: 'cu',
    Patient: 'cu',
    RelatedPerson: 'cu',
    Coverage: 'cud',
    Practitioner: 'c',
    PractitionerRole: 'c',
    Condition: 'cud',
    AllergyIntolerance: 'cud',
    Observation: 'cud',
    Encounter: 'cu',
    Flag: 'cud',
    List: 'cud',
    Device: 'cu',
    DocumentReference: 'cud',
    Binary: 'cud',
    QuestionnaireResponse: 'cud',
    Provenance: 'c',
    Subscription: 'cud',
  },
  ris: {
    Schedule: 'cud',
    Slot: 'cud',
    Location: 'cu',
    HealthcareService: 'cu',
    Appointment: 'cud',
    AppointmentResponse: 'cu',
    DiagnosticReport: 'cud',
    Observation: 'cud',
    Communication: 'cu',
    Task: 'cu',
    Patient: 'cu',
    Practitioner: 'c',
    PractitionerRole: 'c',
    Encounter: 'cu',
    Device: 'cu',
    DocumentReference: 'cud',
    Binary: 'cud',
    Provenance: 'c',
    Subscription: 'cud',
  },
}

/** Written by the gateway alone, or never changed once they are there. */
const bounded: Readonly<Record<string, string>> = { AuditEvent: '', Provenance: 'c' }

/** Changed by whoever takes part, that is by whoever sees it; all else only by the organisation that keeps it. */
const shared: readonly string[] = [
  'Appointment',
  'AppointmentResponse',
  'Task',
  'Patient',
  'RelatedPerson',
  'Coverage',
]

/** Says where things are and how they are done: for everybody. */
const directory: readonly string[] = [
  'Organization',
  'OrganizationAffiliation',
  'Practitioner',
  'PractitionerRole',
  'Location',
  'HealthcareService',
  'PlanDefinition',
  'ActivityDefinition',
  'Questionnaire',
  'Measure',
]

/** The scopes that an operation needs: each of them, by any one of its letters. The standard has none of its own. */
export interface Need {
  /** Resource type; absent: the one it is called on. */
  type?: string
  anyOf: string
}

/**
 * What each operation needs. An operation that is not here is refused. Scopes with a filter count for those alone that hold
 * each resource against them: of the others nobody could say what the filter would have kept out.
 */
const operations: Readonly<Record<string, readonly Need[]>> = {
  find: [
    { type: 'Slot', anyOf: 's' },
    { type: 'Appointment', anyOf: 'rs' },
  ],
  hold: [{ type: 'Appointment', anyOf: 'cu' }],
  book: [{ type: 'Appointment', anyOf: 'cu' }],
  validate: [{ anyOf: 'cruds' }],
  everything: [{ anyOf: 'r' }],
  judge: [{ type: 'ServiceRequest', anyOf: 'r' }],
  claim: [{ type: 'Task', anyOf: 'u' }],
  'give-back': [{ type: 'Task', anyOf: 'u' }],
  'hand-over': [{ type: 'Task', anyOf: 'u' }],
  meta: [{ anyOf: 'r' }],
  expand: [{ anyOf: 'rs' }],
  'validate-code': [{ anyOf: 'rs' }],
  translate: [{ anyOf: 'rs' }],
  'evaluate-measure': [
    { type: 'Measure', anyOf: 'rs' },
    { type: 'MeasureReport', anyOf: 'rs' },
  ],
}

/** Operations that hold each resource against filtered scopes. */
const filtering: readonly string[] = ['validate', 'everything', 'meta']

/** Passes when the permit covers this interaction with this type. Fails: forbidden. */
export function mayInteract(permit: Permit, type: string, letter: Letter): void {
  const refusal = refusalOf(permit, type, letter)
  if (refusal) throw refusal
}

/** Likewise where no resource is held against a filter: only scopes without one count. Fails: forbidden. */
export function mayInteractFreely(permit: Permit, type: string, letter: Letter): void {
  mayInteract(unfiltered(permit), type, letter)
}

const unfiltered = (permit: Permit): Permit => ({
  ...permit,
  scopes: permit.scopes.filter(({ filter }) => filter === ''),
})

function refusalOf({ actor, scopes }: Permit, type: string, letter: Letter): Failure | undefined {
  if (!isKeptType(type)) return tooLittle('This resource type is not served.')
  if (!roleAllows(actor.role, type, letter))
    return tooLittle(`Clients of the role ${actor.role} may not do this with ${type}.`)
  if (covering(scopes, type, letter).length > 0) return undefined
  return tooLittle(`This needs the scope system/${type}.${letter}.`, `system/${type}.${letter}`)
}

/** Passes when the permit covers an operation, called on a type. Fails: forbidden. */
export function mayOperate(permit: Permit, code: string, calledOn?: string): void {
  const needs = Object.hasOwn(operations, code) ? operations[code] : undefined
  if (!needs) throw tooLittle(`Nobody may call $${code}.`)
  const counted = filtering.includes(code) ? permit : unfiltered(permit)
  for (const { type = calledOn, anyOf } of needs) {
    if (type === undefined) mayDoSomewhere(counted, code, anyOf)
    else mayDoOneOf(counted, type, anyOf)
  }
}

/** Passes when the permit holds a scope that no resource type has, such as `system/metrics`. Fails: forbidden. */
export function mayReadMetrics({ scopes }: Permit): void {
  if (scopes.some(({ text }) => text === metricsScope)) return
  throw tooLittle(`This needs the scope ${metricsScope}.`, metricsScope)
}

/** Passes for the operator with the scope `system/operation`: messages hold what patients told. Fails: forbidden. */
export function maySteer({ actor, scopes }: Permit): void {
  if (actor.role !== 'operator') throw tooLittle('Only clients of the role operator see and steer messages.')
  if (scopes.some(({ text }) => text === operationScope)) return
  throw tooLittle(`This needs the scope ${operationScope}.`, operationScope)
}

/** The types that a permit covers with a letter: what a search of all, a history of all or an include may show. */
export function readableTypes(permit: Permit, letter: 'r' | 's' = 's'): string[] {
  return [...servedTypes, ...conformanceTypes].filter(
    (type) => covering(permit.scopes, type, letter).length > 0,
  )
}

/**
 * Searches of which a resource must match one, where scopes are filtered; undefined: any resource will do.
 *
 * An interaction without any scope has none to match: an empty list.
 */
export function restrictionsOf(permit: Permit, type: string, letter: Letter): readonly string[] | undefined {
  const scopes = covering(permit.scopes, type, letter)
  return scopes.some(({ filter }) => filter === '') ? undefined : scopes.map(({ filter }) => filter)
}

/**
 * Passes when the permit covers this interaction with this very resource: before a change with what is there,
 * after it with what is to be. `matches` says whether the resource matches a search. Fails: forbidden.
 */
export function mayTouch(
  permit: Permit,
  type: string,
  letter: Letter,
  matches: (search: string) => boolean,
): void {
  mayInteract(permit, type, letter)
  const restrictions = restrictionsOf(permit, type, letter)
  if (restrictions === undefined || restrictions.some(matches)) return
  throw tooLittle(`The scope for ${type} does not reach this resource.`)
}

/** Passes when an actor who sees a resource may also change it. `keys` are those the resource has. Fails: forbidden. */
export function mayChange(actor: Actor, type: string, keys: readonly string[]): void {
  const { sight, organization } = actor
  if (sight === 'all' || (organization !== undefined && keys.includes(keeperKey(organization)))) return
  if (shared.includes(type) && keys.some((key) => isOrganizationKey(key) && sight.includes(key))) return
  throw tooLittle(`Only the organisation that keeps this ${type} may change it.`)
}

/** Whether an actor sees a resource that has these keys. */
export const sees = ({ sight }: Pick<Actor, 'sight'>, keys: readonly string[]): boolean =>
  sight === 'all' || keys.some((key) => sight.includes(key))

/** Whose eyes a client has. */
export function sightOf({
  role,
  organization,
  member,
}: Pick<Actor, 'role' | 'organization' | 'member'>): Actor['sight'] {
  switch (role) {
    case 'gateway':
    case 'operator':
    case 'cell':
    case 'region':
      return 'all'
    case 'prescriber':
      return [...own(organization), 'directory', 'public', 'professional', ...(member ? ['member'] : [])]
    case 'ris':
      return [...own(organization), 'directory']
    default:
      return nothing(role)
  }
}

/** Who may see a resource that is new, and who keeps it: the keys it gets. For whom a slot is, its step says. */
export function sightOfNew({ organization }: Pick<Actor, 'organization'>, resource: Resource): string[] {
  const kept = keptKeys(organization)
  if (directory.includes(resource.resourceType)) return ['directory', ...kept]
  return resource.resourceType === 'Schedule' ? ['public', ...kept] : kept
}

/** The keys of what an organisation keeps: it sees it, and may change it. */
export const keptKeys = (organization: string | undefined): string[] =>
  organization === undefined ? [] : [organizationKey(organization), keeperKey(organization)]

/** The keys that let an audience in to what is in the diaries of a source, while the source is open: `member@<source>`. */
export const sourceKey = (key: string, source: string): string => `${key}@${source}`

/** Keys that stand for an audience, and not for one organisation. */
const audiences = ['public', 'professional', 'member']

/** A sight with the keys to sources that are open now, for the audiences that it is of. */
export function withSources(sight: Actor['sight'], sources: readonly string[]): Actor['sight'] {
  if (sight === 'all') return sight
  const held = audiences.filter((key) => sight.includes(key))
  return [...sight, ...sources.flatMap((source) => held.map((key) => sourceKey(key, source)))]
}

/** The key of those who belong to an organisation: `org:<id>`, from `Organization/<id>`. */
export const organizationKey = (organization: string): string =>
  `org:${organization.replace(/^Organization\//, '')}`

/** The most a scope may grant on a type, whatever the role. */
export function grantable(type: string): string {
  const written = isConformance(type) ? '' : (bounded[type] ?? 'cud')
  return [...'cruds']
    .filter((letter) => letter === 'r' || letter === 's' || written.includes(letter))
    .join('')
}

/** An operation on the whole needs a right to some type, whichever. */
function mayDoSomewhere({ actor, scopes }: Permit, code: string, letters: string): void {
  const some = [...letters] as Letter[] // letters of `cruds`, by the table
  const types = [...servedTypes, ...conformanceTypes]
  const able = types.some((type) =>
    some.some((letter) => covering(scopes, type, letter).length > 0 && roleAllows(actor.role, type, letter)),
  )
  if (!able) throw tooLittle(`$${code} needs a scope for a resource type.`)
}

function mayDoOneOf(permit: Permit, type: string, letters: string): void {
  const refusals = [...letters].map((letter) => refusalOf(permit, type, letter as Letter)) // a letter of `cruds`, by the table
  const [first] = refusals
  if (refusals.every((refusal) => refusal !== undefined) && first) throw first
}

function roleAllows(role: Role, type: string, letter: Letter): boolean {
  if (letter === 'r' || letter === 's') return Object.hasOwn(writable, role)
  if (!grantable(type).includes(letter)) return false
  const allowed = writable[role]
  return allowed === 'all' || (allowed?.[type]?.includes(letter) ?? false)
}

/** A role that this gateway does not know, such as a newer one may have registered, sees nothing. */
const nothing = (_role: never): readonly string[] => []

const own = (organization: string | undefined): string[] =>
  organization === undefined ? [] : [organizationKey(organization)]

/** Marks who keeps a resource. In nobody's sight: seeing is one thing, changing another. */
const keeperKey = (organization: string): string => `keeper:${organization.replace(/^Organization\//, '')}`

const isOrganizationKey = (key: string): boolean => key.startsWith('org:')

/** All that can be granted at all, for discovery. */
export const grantableScopes = (): string[] => [
  ...[...servedTypes, ...conformanceTypes].map((type) => `system/${type}.${grantable(type)}`),
  metricsScope,
  operationScope,
]
