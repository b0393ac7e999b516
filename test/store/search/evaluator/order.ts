import type { Quantity, Resource } from '@medplum/fhirtypes'
import { rangeOf } from './amounts.ts'
import { definitionOf, nameIn, type Value, valuesFor } from './paths.ts'
import { rememberedOf } from './remembered.ts'
import { plain } from './texts.ts'
import { stretchIn, stringsIn } from './values.ts'

/** The order of two resources by `_sort`, and nothing else. What has no value counts as the greatest. */
export function compared(sort: string, one: Resource, other: Resource): number {
  for (const key of sort.split(',').filter((each) => each !== '')) {
    const code = key.replace(/^-/, '')
    const order = byValue(sortedBy(one, code), sortedBy(other, code))
    if (order !== 0) return key.startsWith('-') ? -order : order
  }
  return 0
}

/** What comes when nothing else decides: ids begin with the time of their making. They go the way of the last key. */
export const isNewestFirst = (sort: string): boolean => sort === '' || /(^|,)-[^,]*$/.test(sort)

type Comparable = number | bigint | string

function byValue(one: Comparable | undefined, other: Comparable | undefined): number {
  if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined)
  if (typeof one === 'string' && typeof other === 'string')
    return Buffer.compare(Buffer.from(one), Buffer.from(other))
  return one < other ? -1 : Number(one > other)
}

/** What a resource is put in order by: of several dates or amounts the lowest end, of several strings all one after the other. */
const sortedBy = rememberedOf((resource, code): Comparable | undefined => {
  const values = valuesFor(resource, code)
  if (values.length === 0) return undefined
  switch (definitionOf(resource.resourceType, code).type) {
    case 'date':
      return Math.min(...values.map((value) => stretchIn(value).from))
    case 'quantity':
      return lowest(values)
    case 'string':
      return values.flatMap(stringsIn).map(plain).join('\n')
    case 'reference':
      return nameIn(values[0]) ?? (values[0] as { reference?: string }).reference ?? '' // a reference
    default:
      return String(values[0])
  }
})

const lowest = (values: readonly Value[]): bigint =>
  values.map((value) => rangeOf(value as Quantity).low).reduce((one, other) => (one < other ? one : other)) // amounts
