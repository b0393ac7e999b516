import type { Include } from '../search.ts'
import { conformanceTypes, servedTypes } from '../served.ts'
import { clip } from './forms.ts'
import type { Parameter } from './parameters.ts'
import { badValue } from './refusals.ts'

const id = /^[A-Za-z0-9\-.]{1,64}$/
const literal = /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/
const absolute = /^(https?:\/\/|urn:)\S+$/

/** Resource types that a parameter may refer to, of those that are kept. */
export function targetsOf({ target }: Parameter): readonly string[] {
  const all: readonly string[] = [...servedTypes, ...conformanceTypes]
  return target.length === 0 ? all : target.filter((type) => all.includes(type))
}

/** Resource types that an include goes out from. */
export const beginningsOf = ({ reverse, type, parameter, target }: Include): readonly string[] =>
  reverse ? (target === undefined ? targetsOf(parameter) : [target]) : [type]

/** Resource types that an include leads to. */
export const endsOf = ({ reverse, type, parameter, target }: Include): readonly string[] =>
  reverse ? [type] : target === undefined ? targetsOf(parameter) : [target]

/**
 * References that a value means: an id alone may be of any type that the parameter refers to.
 *
 * Source: FHIR R4 search, 3.1.1.4.12 (reference).
 */
export function referenceValues(parameter: Parameter, text: string, type?: string, base?: string): string[] {
  const own = base !== undefined && text.startsWith(`${base}/`) ? text.slice(base.length + 1) : text
  if (parameter.kind === 'canonical' && !id.test(own)) return [clip(own)]
  if (literal.test(own)) return type === undefined || own.startsWith(`${type}/`) ? [own] : []
  if (id.test(own)) return (type ? [type] : targetsOf(parameter)).map((target) => `${target}/${own}`)
  if (absolute.test(own) && type === undefined) return [clip(own)]
  throw badValue(parameter.code, 'an id, Type/id or a URL')
}
