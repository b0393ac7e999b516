import type { Resource } from '@medplum/fhirtypes'
import { failure } from '../fhir/outcome.ts'
import type { Settlement } from '../store/index.ts'
import type { Plan, Step } from './step.ts'

type Keys = Readonly<Record<string, readonly string[]>>

/** Several plans as one. Fails: conflict when two of them write the same resource. */
export function merged(plans: readonly Plan[]): Plan {
  const filtered = plans.find((plan) => plan.filtered !== undefined)?.filtered
  return {
    write: distinct(plans.flatMap(({ write = [] }) => write)),
    remove: plans.flatMap(({ remove = [] }) => remove),
    conditions: Object.assign({}, ...plans.map(({ conditions = {} }) => conditions)),
    grant: united(plans.map(({ grant = {} }) => grant)),
    regrant: united(plans.map(({ regrant = {} }) => regrant)),
    send: plans.flatMap(({ send = [] }) => send),
    take: plans.flatMap(({ take = [] }) => take),
    count: plans.flatMap(({ count = [] }) => count),
    release: plans.flatMap(({ release = [] }) => release),
    settle: plans.flatMap(({ settle = [] }) => settle),
    remarks: plans.flatMap(({ remarks = [] }) => remarks),
    rely: [...new Set(plans.flatMap(({ rely = [] }) => rely))],
    ...(filtered !== undefined && { filtered }),
  }
}

/** The same step, which also notes how departures ended. */
export const settling = <Input, Facts>(
  step: Step<Input, Facts>,
  settlements: readonly Settlement[],
): Step<Input, Facts> => ({
  ...step,
  decide(input, facts, at, actor) {
    const plan = step.decide(input, facts, at, actor)
    return { ...plan, settle: [...(plan.settle ?? []), ...settlements] }
  },
})

function distinct(resources: readonly Resource[]): readonly Resource[] {
  const names = resources.map(({ resourceType, id }) => `${resourceType}/${id}`)
  if (new Set(names).size === names.length) return resources
  throw failure('conflict', 'The same resource is changed in two ways. Send the changes one after the other.')
}

function united(all: readonly Keys[]): Keys {
  const keys = new Map<string, readonly string[]>()
  for (const [reference, added] of all.flatMap((one) => Object.entries(one))) {
    keys.set(reference, [...new Set([...(keys.get(reference) ?? []), ...added])])
  }
  return Object.fromEntries(keys)
}
