import { parametersOf } from '../../fhir/search/parameters.ts'
import { isConformance, servedTypes } from '../../fhir/served.ts'
import { alongOf } from '../along.ts'
import type { Base } from '../base.ts'
import { conformanceParametersOf } from '../conformance.ts'

/** Parameters that say how a result is put, in every search. */
const controls = ['_count', '_sort', '_summary', '_elements', '_total']

/** Where what resources contain is found, too. */
const ofContained = [
  { name: '_contained', values: ['false', 'true', 'both'] },
  { name: '_containedType', values: ['container', 'contained'] },
]

/** What may be asked for in a search of a type under a base: as `/metadata` declares it. */
export function searchedBy(type: string, base: Base): object[] {
  const { searched, contained } = base
  const { includes, revIncludes } = alongOf(type, base)
  const kinds = new Map(Object.entries(searched?.[type]?.parameters ?? ownOf(type)))
  return [
    ...[...kinds].map(([name, kind]) => ({
      name,
      in: 'query',
      description: kind,
      schema: { type: 'string' },
    })),
    ...controls.map(control),
    ...(includes.length > 0 ? [control('_include')] : []),
    ...(revIncludes.length > 0 ? [control('_revinclude')] : []),
    ...(contained && !isConformance(type) ? ofContained : []).map(({ name, values }) => ({
      name,
      in: 'query',
      schema: { type: 'string', enum: values },
    })),
  ]
}

/** What may be asked for in a search of several types: what all have, and others that those named by `_type` share. */
export function searchedAcross(): object[] {
  const [first = '', ...others] = servedTypes
  const common = [...parametersOf(first)].filter(([code]) =>
    others.every((type) => parametersOf(type).has(code)),
  )
  return [
    { name: '_type', in: 'query', description: 'types, with commas', schema: { type: 'string' } },
    ...common.map(([name, { type }]) => ({
      name,
      in: 'query',
      description: type,
      schema: { type: 'string' },
    })),
    ...[...controls, '_include', '_revinclude'].map(control),
  ]
}

const control = (name: string) => ({ name, in: 'query', schema: { type: 'string' } })

function ownOf(type: string): Record<string, string> {
  const all = isConformance(type)
    ? conformanceParametersOf(type)
    : [...parametersOf(type).values()].filter(({ kind }) => kind !== 'unsupported')
  return Object.fromEntries(all.map(({ code, type: kind }) => [code, kind]))
}
