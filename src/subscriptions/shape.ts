import type { Subscription } from '@medplum/fhirtypes'
import { z } from 'zod'
import { failures, type Issue, issue } from '../fhir/outcome.ts'

const extensions = z.array(z.looseObject({ url: z.string() })).optional()

/** What is read of a subscription before it is validated as a whole: its secrets are sealed first. */
const shape = z.looseObject({
  status: z.string(),
  criteria: z.string(),
  extension: extensions,
  channel: z.looseObject({
    type: z.string(),
    endpoint: z.string().optional(),
    payload: z.string().optional(),
    header: z.array(z.string()).optional(),
    extension: extensions,
  }),
})

/** Fails: required, value, where something that is read of it is missing or of another kind. */
export function refuseMisshapen(sent: Subscription): void {
  const { error } = shape.safeParse(sent)
  const [first, ...others] = (error?.issues ?? []).map(faultOf)
  if (first) throw failures([first, ...others])
}

function faultOf({ path, message }: z.core.$ZodIssue): Issue {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
  const place = `Subscription${steps.join('')}`
  return message.endsWith('received undefined')
    ? issue('required', 'A subscription has this.', place)
    : issue('value', 'This is of another kind than FHIR has here.', place)
}
