import { c, cc, cp, id, qty } from './datatypes.ts'
import { append, cast, escaping, truncate } from './texts.ts'
import type { Supported, Unsupported } from './transform.ts'
import { translate } from './translate.ts'
import { copy, create, evaluate, pointer, reference, uuid } from './trees.ts'

/**
 * The transforms, by name.
 *
 * Source: FHIR R4, value set map-transform, https://hl7.org/fhir/R4/valueset-map-transform.html.
 */
export const transforms: Readonly<Record<string, Supported | Unsupported>> = {
  create,
  copy,
  truncate,
  escape: escaping,
  cast,
  append,
  translate,
  reference,
  pointer,
  uuid,
  evaluate,
  cc,
  c,
  qty,
  id,
  cp,
  dateOp: { instead: 'write FHIRPath, such as (%v.hl7DateTime()) or (%v.toDateTime() + 1 day)' },
}
