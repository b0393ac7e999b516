import type { Bundle, Resource, Schedule, Slot } from '@medplum/fhirtypes'
import { type Issue, issue, outcomeOf } from '../../../fhir/outcome.ts'
import type { Kept } from '../../../store/index.ts'
import { type Answer, answer } from '../../answer.ts'
import type { Call } from '../../call.ts'
import { fhirBase } from '../../house.ts'
import { type Gathered, gathered, type Named, named, nameOf } from '../gathered.ts'
import {
  asType,
  fixedPlaceOf,
  organizationOf,
  practitionerOf,
  profiles,
  roleOf,
  type SlotForm,
  scheduleOf,
  serviceOf,
  slotWriter,
} from './forms.ts'
import { type Form, labelled, type Wanted, wantedBy } from './query.ts'

const schedules = '_include=Slot:schedule'
const actors = '_include:iterate=Schedule:actor'
const services = '_include=Slot:service-type-reference'
const owners = '_include:iterate=HealthcareService:organization'

/** Slots of professionals (INT_R01), and of a community's members when its service is asked for along (INT_R04). */
const ofProfessionals: Form = {
  start: 'start',
  status: 'status',
  asked: 'schedule.actor:Practitioner.identifier',
  chain: 'schedule.actor:Practitioner.identifier',
  along: {
    [schedules]: ['Slot:schedule'],
    [actors]: ['Schedule:actor'],
    [services]: ['Slot:service-type-reference'],
    [owners]: ['HealthcareService:organization', 'HealthcareService:Organization'],
  },
}

const slotsOf = '_revinclude=Slot:schedule'
const places = '_include=Schedule:actor:Location'
const managers = '_include:iterate=Location:organization'

/** Slots of fixed centres, asked for by their diaries. */
const ofPlaces: Form = {
  start: '_has:Slot:schedule:start',
  status: '_has:Slot:schedule:status',
  asked: 'actor:Location.organization.identifier',
  chain: 'schedule.actor:Location.organization.identifier',
  along: {
    [slotsOf]: ['Slot:schedule'],
    [places]: ['Schedule:actor:Location'],
    [managers]: ['Location:organization', 'Location:Organization'],
  },
}

type Along = [string, string][]

const practices: Along = [
  ['_include', 'Schedule:actor'],
  ['_include:iterate', 'PractitionerRole:location'],
  ['_include:iterate', 'PractitionerRole:organization'],
]

const sites: Along = [
  ['_include', 'Schedule:actor:Location'],
  ['_include:iterate', 'Location:organization'],
]

/** `GET Slot`: free slots of up to 25 professionals, with their diaries, the doctors and the places. */
export async function searchSlots(call: Call): Promise<Answer> {
  const wanted = wantedBy(call, ofProfessionals)
  const isCpts = wanted.brings(services)
  const labels = isCpts ? ['PUBLIC', 'PRO', 'SNP', 'CPTS'] : ['PUBLIC', 'PRO', 'SNP']
  const found = await gathered(call, 'Slot', wanted.query, [labelled(labels)])
  const others = await named(call, 'Schedule', diaryNames(found), practices)
  const diaries = diariesOf(others, (schedule) => atPractice(schedule, others))
  const slots = fitting(found, diaries)
  const used = diariesIn(slots, diaries)
  const profile = isCpts ? profiles.slotCpts : profiles.slot
  return bundle(call, found, {
    profile: isCpts ? profiles.bundleCpts : profiles.bundle,
    matches: slotEntries(call, slots, 'match', { labels, profile, named: isCpts }),
    others: [
      ...(wanted.brings(schedules) ? used.map(({ schedule }) => schedule) : []),
      ...(wanted.brings(actors) ? used.flatMap(({ actors }) => actors) : []),
      ...(isCpts ? await servicesOf(call, slots, wanted) : []),
    ],
    total: found.total - (found.matches.length - slots.length),
    leftOut: found.matches.length - slots.length,
  })
}

/**
 * `GET Schedule`: diaries of fixed centres with a free slot in the window, and these slots.
 *
 * FHIR would let three slots fulfil the three conditions, and bring all slots of a diary along. One slot has to fulfil
 * them, and only such slots are given: it is a search of slots, whose diaries are told as what fits.
 */
export async function searchDiaries(call: Call): Promise<Answer> {
  const wanted = wantedBy(call, ofPlaces)
  const labels = ['PUBLIC', 'SNP']
  const found = await gathered(call, 'Slot', wanted.query, [labelled(labels)])
  const others = await named(call, 'Schedule', diaryNames(found), sites)
  const diaries = diariesOf(others, (schedule) => atPlace(schedule, others))
  const slots = fitting(found, diaries)
  const used = diariesIn(slots, diaries)
  const form = { labels, profile: profiles.slotSos, named: false }
  const ofType = (type: string) =>
    used.flatMap(({ actors }) => actors.filter(({ resourceType }) => resourceType === type))
  return bundle(call, found, {
    profile: profiles.bundleSos,
    matches: used.map(({ schedule }) => entryOf(call, schedule, 'match')),
    along: wanted.brings(slotsOf) ? slotEntries(call, slots, 'include', form) : [],
    others: [
      ...(wanted.brings(places) ? ofType('Location') : []),
      ...(wanted.brings(managers) ? ofType('Organization') : []),
    ],
    total: used.length,
    leftOut: found.matches.length - slots.length,
  })
}

/** Slots as entries. Where one has no page of its centre's, its own address: the kit wants one with every slot. */
function slotEntries(
  call: Call,
  slots: readonly Kept<Slot>[],
  mode: Mode,
  form: Omit<SlotForm, 'zone' | 'pages'>,
): string[] {
  const { house, permit } = call
  const { zone } = house.desk(permit.actor).territory
  const whole: SlotForm = { ...form, zone, pages: `${fhirBase(house)}/Slot` }
  const [write, entry] = [slotWriter(whole), entryWriter(call, mode)]
  const key = JSON.stringify([call.base, mode, whole])
  return slots.map((slot) => {
    const forms = written.get(slot) ?? new Map<string, string>()
    const text = forms.get(key) ?? entry(nameOf(slot), write(slot))
    written.set(slot, forms.set(key, text))
    return text
  })
}

/** Entries of slots by their form: the aggregator asks every few minutes, and few slots have changed since. */
const written = new WeakMap<Slot, Map<string, string>>()

/** A diary as the aggregator has it, with who or where it is. */
interface Diary {
  schedule: Schedule
  actors: readonly Resource[]
}

const diaryNames = ({ matches }: Gathered): ReadonlySet<string> =>
  new Set(matches.flatMap((slot) => asType('Slot', slot)?.schedule.reference ?? []))

function diariesOf(
  others: Named,
  diaryOf: (schedule: Schedule) => Diary | undefined,
): ReadonlyMap<string, Diary> {
  const known = [...others].flatMap(([name, resource]) => {
    const schedule = asType('Schedule', resource)
    const diary = schedule && diaryOf(schedule)
    return diary ? [[name, diary] as const] : []
  })
  return new Map(known)
}

/** A diary of one doctor at one place of practice. */
function atPractice(schedule: Schedule, others: Named): Diary | undefined {
  const named = schedule.actor.flatMap(({ reference }) => others.get(reference ?? '') ?? [])
  const doctors = named.flatMap((one) => {
    const doctor = asType('Practitioner', one)
    return (doctor && practitionerOf(doctor)) ?? []
  })
  const roles = named.flatMap((one) => {
    const role = asType('PractitionerRole', one)
    if (!role) return []
    const place = asType('Location', others.get(role.location?.[0]?.reference ?? ''))
    return roleOf(role, place, asType('Organization', others.get(role.organization?.reference ?? ''))) ?? []
  })
  const next = scheduleOf(schedule, profiles.schedule, /^(Practitioner|PractitionerRole)\//)
  const isWhole =
    doctors.length > 0 && roles.length > 0 && next?.actor.length === doctors.length + roles.length
  return isWhole && next ? { schedule: next, actors: [...doctors, ...roles] } : undefined
}

/** A diary of a fixed place, and who manages it. */
function atPlace(schedule: Schedule, others: Named): Diary | undefined {
  const sites = schedule.actor.flatMap(({ reference }) => {
    const location = asType('Location', others.get(reference ?? ''))
    const manager = asType('Organization', others.get(location?.managingOrganization?.reference ?? ''))
    const [place, organization] = [
      location && fixedPlaceOf(location),
      manager && organizationOf(manager, profiles.organizationSos, '3'),
    ]
    return place && organization ? [[place, organization] as const] : []
  })
  const next = scheduleOf(schedule, profiles.scheduleSos, /^Location\//)
  return next && sites.length === next.actor.length ? { schedule: next, actors: sites.flat() } : undefined
}

/** Slots whose diary can be told. */
const fitting = ({ matches }: Gathered, diaries: ReadonlyMap<string, Diary>): Kept<Slot>[] =>
  matches.filter(
    (slot): slot is Kept<Slot> => slot.resourceType === 'Slot' && diaries.has(slot.schedule.reference ?? ''),
  )

function diariesIn(slots: readonly Slot[], diaries: ReadonlyMap<string, Diary>): Diary[] {
  const names = new Set(slots.map(({ schedule }) => schedule.reference ?? ''))
  return [...names].flatMap((name) => diaries.get(name) ?? [])
}

/** The community's services that these slots name, and the community. */
async function servicesOf(call: Call, slots: readonly Slot[], wanted: Wanted): Promise<Resource[]> {
  const names = slots.flatMap(({ serviceType = [] }) =>
    serviceType.flatMap(({ extension = [] }) =>
      extension.flatMap(({ valueReference }) => valueReference?.reference ?? []),
    ),
  )
  const others = await named(call, 'HealthcareService', new Set(names), [
    ['_include', 'HealthcareService:organization'],
  ])
  return [...new Set(names)].flatMap((name) => {
    const service = asType('HealthcareService', others.get(name))
    const owner = asType('Organization', others.get(service?.providedBy?.reference ?? ''))
    return [
      ...(service ? [serviceOf(service)] : []),
      ...(owner && wanted.brings(owners) ? [organizationOf(owner, profiles.organizationCpts, '1')] : []),
    ].flatMap((one) => one ?? [])
  })
}

interface Content {
  profile: string
  /** Entries, as JSON. */
  matches: readonly string[]
  /** Likewise: what comes along and is not told again. */
  along?: readonly string[]
  others: readonly Resource[]
  total: number
  /** Slots that no profile of the aggregator's can carry. */
  leftOut: number
}

type Mode = 'match' | 'include'

/** Writes entries of resources that are JSON already: of a thousand, none is read or written twice. */
function entryWriter({ base }: Call, mode: Mode): (name: string, resource: string) => string {
  const [before, after] = [JSON.stringify(`${base}/`).slice(0, -1), JSON.stringify({ mode })]
  return (name, resource) =>
    // One text of its own: of pieces, all would be gone through each time it is sent.
    ['{"fullUrl":', before, name, '","resource":', resource, ',"search":', after, '}'].join('')
}

const entryOf = (call: Call, resource: Resource, mode: Mode): string =>
  entryWriter(call, mode)(nameOf(resource), JSON.stringify(resource))

/**
 * Self is the request as it was written: the kit compares. So is the trail of reads: it names the professionals, and
 * what is shown is of nobody else.
 */
function bundle(
  call: Call,
  { next }: Gathered,
  { profile, matches, along = [], others, total, leftOut }: Content,
): Answer {
  const { base, path, asked, query } = call
  const distinct = [...new Map(others.map((resource) => [nameOf(resource), resource])).values()]
  const told =
    leftOut > 0
      ? [JSON.stringify({ resource: outcomeOf([unfit(leftOut)]), search: { mode: 'outcome' } })]
      : []
  const entries = [
    ...matches,
    ...along,
    ...distinct.map((resource) => entryOf(call, resource, 'include')),
    ...told,
  ]
  const further = new URLSearchParams(query)
  if (next !== undefined) further.set('_cursor', next)
  const head: Bundle = {
    resourceType: 'Bundle',
    meta: { profile: [profile] },
    type: 'searchset',
    total,
    link: [
      { relation: 'self', url: `${base}/${path.type}${asked === '' ? '' : `?${asked}`}` },
      ...(next === undefined ? [] : [{ relation: 'next', url: `${base}/${path.type}?${further}` }]),
    ],
  }
  const made = answer(head)
  const shown = { interaction: 'search-type', references: [], query: `${path.type}?${query}` }
  if (entries.length === 0) return { ...made, shown }
  // A megabyte: joined once, all of it, since a text of texts is copied again before it is sent.
  entries[0] = `${JSON.stringify(head).slice(0, -1)},"entry":[${entries[0]}`
  entries.push(`${entries.pop()}]}`)
  const body = entries.join(',')
  return { ...made, body, shown }
}

const unfit = (count: number): Issue =>
  issue(
    'informational',
    `${count} slots are left out: their diaries name no doctor in a role at a place with its address and national number, or no such place.`,
    'Slot.schedule',
    'information',
  )
