import type { ElementDefinition, Resource } from '@medplum/fhirtypes'
import { withWritten } from './decimals.ts'
import { structures } from './definitions/index.ts'
import type { Part } from './search.ts'

/** One element of a type, as far as summaries go. */
interface Element {
  name: string
  /** A choice: `value` is kept as `valueString`. */
  choice: boolean
  required: boolean
  summary: boolean
  /** Elements of a backbone. */
  inner: ReadonlyMap<string, Element>
}

const known = new Map<string, ReadonlyMap<string, Element>>()

/** The elements of a resource type that may be asked for by name. */
export const elementsOf = (type: string): string[] => [...rootOf(type).keys()]

/**
 * A part of a resource, tagged as such. What every resource of its type has comes with it.
 *
 * Source: FHIR R4 search, 3.1.1.5.8 (_summary) and 3.1.1.5.9 (_elements).
 */
export function partOf(resource: Resource, part: Part): Resource {
  const elements = rootOf(resource.resourceType)
  const kept = Object.entries(resource).flatMap(([key, value]) => {
    const element = elementAt(elements, key)
    if (key === 'resourceType' || key === 'id' || key === 'meta') return [[key, value] as const]
    if (!element || !isWanted(element, part)) return []
    return [[key, part.is === 'summary' ? summaryOf(value, element) : value] as const]
  })
  return tagged(Object.fromEntries(kept) as unknown as Resource) // the same one with less in it
}

function isWanted({ name, required, summary }: Element, part: Part): boolean {
  if (part.is === 'data') return name !== 'text'
  if (required) return true
  if (part.is === 'elements') return part.names.includes(name)
  return part.is === 'text' ? name === 'text' : summary
}

/** Of a backbone only what is of the summary itself. */
function summaryOf(value: unknown, { inner }: Element): unknown {
  if (inner.size === 0) return value
  if (Array.isArray(value)) return value.map((each) => summaryOf(each, { inner } as Element)) // nothing else of it is looked at
  if (typeof value !== 'object' || value === null) return value
  const own = Object.entries(value).flatMap(([key, each]) => {
    const element = elementAt(inner, key)
    const stays = element ? element.summary || element.required : key === 'id'
    return stays ? [[key, element ? summaryOf(each, element) : each]] : []
  })
  return withWritten(Object.fromEntries(own), value)
}

/** Says that something is missing. Source: FHIR R4, meta tag SUBSETTED. */
function tagged(resource: Resource): Resource {
  const subsetted = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }
  return { ...resource, meta: { ...resource.meta, tag: [...(resource.meta?.tag ?? []), subsetted] } }
}

/** `valueString` is of `value`, `_birthDate` of `birthDate`. */
function elementAt(elements: ReadonlyMap<string, Element>, key: string): Element | undefined {
  const name = key.replace(/^_/, '')
  const own = elements.get(name)
  if (own) return own
  return [...elements.values()].find((element) => element.choice && name.startsWith(element.name))
}

function rootOf(type: string): ReadonlyMap<string, Element> {
  const before = known.get(type)
  if (before) return before
  const structure = structures.find((each) => each.type === type && each.kind === 'resource')
  const made = innerOf(type, structure?.snapshot?.element ?? [])
  known.set(type, made)
  return made
}

function innerOf(path: string, all: readonly ElementDefinition[]): ReadonlyMap<string, Element> {
  const own = all.filter(
    (each) => each.path.startsWith(`${path}.`) && !each.path.slice(path.length + 1).includes('.'),
  )
  return new Map(
    own.map((element) => {
      const written = element.path.slice(path.length + 1)
      const name = written.replace('[x]', '')
      const { min = 0, isSummary = false } = element
      const inner = innerOf(element.path, all)
      return [name, { name, choice: written !== name, required: min > 0, summary: isSummary, inner }]
    }),
  )
}
