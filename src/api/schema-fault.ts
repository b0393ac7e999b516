import type { z } from 'zod'
import { type Issue, issue } from '../fhir/outcome.ts'

/**
 * A fault that a schema has found in JSON, in our words: what is wrong, where (`patient.birthDate`, `answers[2].unit`),
 * what to do, and where the schema is to be read. Nothing that was sent is repeated, but names of fields.
 */
export function schemaFault(fault: z.core.$ZodIssue, schemaAt: string): Issue {
  const place = fault.path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
  const [what, text] = said(fault)
  return issue(what, `${text} The schema is at ${schemaAt}.`, place.replace(/^\./, '') || undefined)
}

type Said = readonly [what: 'required' | 'structure' | 'value', text: string]

function said(fault: z.core.$ZodIssue): Said {
  switch (fault.code) {
    case 'unrecognized_keys':
      return ['structure', `There is no ${fault.keys.join(', no ')} in this version. Leave it out.`]
    case 'invalid_type':
      return fault.message.endsWith('received undefined')
        ? ['required', `This is required: ${article(fault.expected)}.`]
        : ['value', `This is to be ${article(fault.expected)}.`]
    case 'invalid_value':
      return ['value', `This is to be one of: ${fault.values.map(String).join(', ')}.`]
    case 'too_small':
      return [
        'value',
        fault.origin === 'string'
          ? 'This is empty. Fill it in, or leave it out.'
          : `This is to be at least ${fault.minimum}.`,
      ]
    case 'too_big':
      return ['value', `This is longer than ${fault.maximum}. Shorten it.`]
    case 'invalid_format':
      return ['value', forms[fault.format] ?? `${fault.message.replace(/\.$/, '')}.`]
    default:
      return ['value', `${fault.message.replace(/\.$/, '')}.`]
  }
}

const article = (expected: string) => (/^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`)

const forms: Readonly<Record<string, string>> = {
  date: 'This is to be a date: YYYY-MM-DD.',
  datetime: 'This is to be a date and time with its offset: YYYY-MM-DDThh:mm:ss+hh:mm.',
  url: 'This is to be an absolute URL.',
}
