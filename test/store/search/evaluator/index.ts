/**
 * What a search finds, by looking at each resource: a reading of R4 of its own, which shares nothing with the gateway's but
 * the paths of the search parameters' definitions. It knows what `random.ts` asks.
 */
import type { Resource } from '@medplum/fhirtypes'
import type { Kept, Sight } from '../../../../src/store/index.ts'
import { compared, isNewestFirst } from './order.ts'
import { definitionOf, everyValueFor, halvesFor, nameIn, valuesFor } from './paths.ts'
import { partsOf } from './texts.ts'
import {
  dates,
  near,
  numbered,
  quantities,
  type Reading,
  references,
  strings,
  tokens,
  typed,
  uris,
  worded,
} from './values.ts'

/** A resource, and who sees it. */
export interface Known {
  resource: Kept
  access: readonly string[]
}

/** Those that are looked at, and whose eyes look. */
interface World {
  all: readonly Known[]
  sight: Sight
}

/** The ids that a query finds among all, in order. */
export function found(type: string, query: string, sight: Sight, all: readonly Known[]): string[] {
  const asked = new URLSearchParams(query)
  const sort = asked.get('_sort') ?? ''
  return all
    .filter((one) => one.resource.resourceType === type && isSeen(one, sight))
    .filter(({ resource }) => fits(resource, asked, { all, sight }))
    .map(({ resource }) => resource)
    .sort(
      (one, other) =>
        compared(sort, one, other) || compared(isNewestFirst(sort) ? '-_id' : '_id', one, other),
    )
    .map(({ id }) => id)
}

export const isSeen = ({ access }: Pick<Known, 'access'>, sight: Sight): boolean =>
  sight === 'all' || access.some((key) => sight.includes(key))

/** Whether a resource is what all of a query asks for; what it says of the result is left out. */
export function fits(resource: Resource, asked: URLSearchParams, world: World): boolean {
  return [...asked].every(([name, value]) => ofResult.includes(name) || holds(resource, name, value, world))
}

const ofResult = ['_sort', '_count', '_summary', '_contained', '_containedType']

function holds(resource: Resource, name: string, asked: string, world: World): boolean {
  const [, has, code = '', rest = ''] = /^_has:(\w+):([\w-]+):(.+)$/.exec(name) ?? []
  if (has !== undefined) return isReferredTo(resource, [has, code, rest], asked, world)
  const [, link = '', type, further] = /^([\w-]+)(?::(\w+))?\.(.+)$/.exec(name) ?? []
  if (further !== undefined) return leads(resource, [link, type, further], asked, world)
  const [plain = '', modifier] = name.split(':')
  if (modifier === 'missing') return isMissing(resource, plain) === (asked === 'true')
  const each = partsOf(asked, ',')
  if (definitionOf(resource.resourceType, plain).type === 'composite')
    return each.some((one) => pairs(resource, plain, one))
  const values = modifier === 'identifier' ? everyValueFor(resource, plain) : valuesFor(resource, plain)
  const reading = readingOf(resource.resourceType, plain, modifier)
  return each.some((one) => values.some((value) => reading(one, value))) !== (modifier === 'not')
}

/** Something that is seen fulfils the rest, and refers to it. Source: FHIR R4 search, 3.1.1.4.4. */
const isReferredTo = (
  { resourceType, id }: Resource,
  [type, code, rest]: readonly [string, string, string],
  asked: string,
  world: World,
): boolean =>
  seen(type, world).some(
    (other) =>
      valuesFor(other, code).some((value) => nameIn(value) === `${resourceType}/${id}`) &&
      holds(other, rest, asked, world),
  )

/** It refers to something that is seen and fulfils the rest. Source: FHIR R4 search, 3.1.1.4.3. */
function leads(
  resource: Resource,
  [code, type, rest]: readonly [string, string | undefined, string],
  asked: string,
  world: World,
): boolean {
  const names = valuesFor(resource, code).map(nameIn)
  return world.all.some(
    (one) =>
      names.includes(`${one.resource.resourceType}/${one.resource.id}`) &&
      (type === undefined || one.resource.resourceType === type) &&
      isSeen(one, world.sight) &&
      holds(one.resource, rest, asked, world),
  )
}

const seen = (type: string, { all, sight }: World): Kept[] =>
  all
    .filter((one) => one.resource.resourceType === type && isSeen(one, sight))
    .map(({ resource }) => resource)

/** Code systems that go without saying, by the element. Source: FHIR R4, the bindings of these elements. */
const implied: Readonly<Record<string, string>> = {
  'Slot status': 'http://hl7.org/fhir/slotstatus',
  'ServiceRequest status': 'http://hl7.org/fhir/request-status',
  'Task status': 'http://hl7.org/fhir/task-status',
  'DocumentReference relation': 'http://hl7.org/fhir/document-relationship-type',
}

function readingOf(of: string, code: string, modifier?: string): Reading {
  const { type, target = [] } = definitionOf(of, code)
  switch (type) {
    case 'token':
      if (modifier === 'of-type') return typed
      return modifier === 'text' ? worded : tokens(implied[`${of} ${code}`])
    case 'string':
      if (code === 'phonetic') return strings.sound
      return strings[modifier === 'exact' || modifier === 'contains' ? modifier : 'start']
    case 'uri':
      return uris[modifier === 'above' || modifier === 'below' ? modifier : 'same']
    case 'reference':
      return modifier === 'identifier' ? numbered(target) : references(target, modifier)
    case 'date':
      return dates
    case 'quantity':
      return quantities
    case 'special':
      return near
    default:
      throw new Error(`Nobody asks here for a ${type}`)
  }
}

/** Both halves of one element. Source: FHIR R4 search, 3.1.1.4.12 (composite). */
function pairs(resource: Resource, code: string, asked: string): boolean {
  const { components = [] } = definitionOf(resource.resourceType, code)
  const texts = partsOf(asked, '$')
  const readings = components.map((half) => readingOf(resource.resourceType, half.code))
  return halvesFor(resource, code).some((halves) =>
    halves.every((values, n) => values.some((value) => readings[n]?.(texts[n] ?? '', value))),
  )
}

/** There is no value; of a composite, no element that has both of its halves. */
const isMissing = (resource: Resource, code: string): boolean =>
  definitionOf(resource.resourceType, code).type === 'composite'
    ? !halvesFor(resource, code).some((halves) => halves.every((values) => values.length > 0))
    : valuesFor(resource, code).length === 0
