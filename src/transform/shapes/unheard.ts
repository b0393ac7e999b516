import { type Issue, issue } from '../../fhir/outcome.ts'
import { fhirShape } from './fhir.ts'

/** Who does not understand what these say does not know what the rest means. */
const changing: readonly string[] = ['modifierExtension', 'implicitRules']

/**
 * What would be ignored of an object that says what is to be done, such as `Bundle.entry.request`: properties that R4 does
 * not know there, and what changes the meaning of the others.
 *
 * Source: FHIR R4, json.html 2.1.2; extensibility.html 2.4.0.2 (modifier extensions); resource.html (implicitRules).
 */
export function unheardIn(type: string, sent: object, place: string): Issue[] {
  return Object.keys(sent).flatMap((name) => {
    if (changing.includes(name))
      return [issue('unsupported-value', `No ${name} is understood here: leave it out.`, `${place}.${name}`)]
    return isElement(type, name) ? [] : [unknown(type, name, place)]
  })
}

/** A choice is no property by itself: `valueString` is, and not `value`. */
function isElement(type: string, name: string): boolean {
  const element = fhirShape(type)?.element(name)
  return element !== undefined && element.choices === undefined
}

/** A name of another shape may be anything, a patient's included: it is not quoted. */
function unknown(type: string, name: string, place: string): Issue {
  if (!/^\w{1,64}$/.test(name))
    return issue('structure', 'There is a property here that FHIR does not know: take it out.', place)
  return issue('structure', `${type} has no element ${name}: take it out.`, `${place}.${name}`)
}
