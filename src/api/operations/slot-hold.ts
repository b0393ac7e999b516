import type { Appointment, Identifier, Parameters, Reference, Slot } from '@medplum/fhirtypes'
import { canonical } from '../../fhir/canonical.ts'
import { failure, issue, outcomeOf } from '../../fhir/outcome.ts'
import { idOf } from '../../fhir/reference.ts'
import { parseSearch } from '../../fhir/search.ts'
import { cancel, hold } from '../../flows/booking/index.ts'
import { heldUntil, isHeld, operatorOf } from '../../flows/booking/states.ts'
import type { Kept } from '../../store/index.ts'
import { type Answer, answer } from '../answer.ts'
import type { Call } from '../call.ts'
import { keyIn } from '../once.ts'
import { operation } from './operation.ts'

interface Input {
  'slot-reference'?: Reference
  'slot-identifier': Identifier[]
  'slot-status': string
}

/**
 * The same hold, of a slot by itself: taken with `busy-tentative`, given back with `free`.
 * Source: HL7 Austria, Scheduling R5, at-scheduling-operationDefinition-hold.
 */
export const slotHold = operation<Input>({
  definition: {
    resourceType: 'OperationDefinition',
    id: 'slot-hold',
    url: `${canonical}/OperationDefinition/slot-hold`,
    name: 'SlotHold',
    title: 'Hold a slot',
    status: 'active',
    kind: 'operation',
    affectsState: true,
    code: 'hold',
    resource: ['Slot'],
    system: false,
    type: true,
    instance: false,
    parameter: [
      { use: 'in', name: 'slot-reference', type: 'Reference', min: 0, max: '1' },
      { use: 'in', name: 'slot-identifier', type: 'Identifier', min: 0, max: '*' },
      { use: 'in', name: 'slot-status', type: 'code', min: 1, max: '1' },
      { use: 'out', name: 'return', type: 'Slot', min: 0, max: '1' },
      { use: 'out', name: 'outcome', type: 'OperationOutcome', min: 0, max: '1' },
      { use: 'out', name: 'held-until', type: 'dateTime', min: 0, max: '1' },
    ],
  },
  async handle(input, call) {
    const slot = await slotOf(input, call)
    if (input['slot-status'] === 'busy-tentative') return taken(slot, input, call)
    if (input['slot-status'] === 'free') return released(slot, call)
    throw failure(
      'value',
      'slot-status is busy-tentative to hold, or free to give back.',
      'Parameters.parameter',
    )
  },
})

async function taken(slot: Kept<Slot>, input: Input, call: Call): Promise<Answer> {
  const desk = call.house.desk(call.permit.actor)
  const held = await hold({ slot: slot.id }, undefined, desk, keyIn(call, input).key)
  const until = heldUntil(held) ?? ''
  const said = outcomeOf([issue('informational', `Held until ${until}.`, 'Slot', 'information')])
  return told(slot.id, call, [
    { name: 'outcome', resource: said },
    { name: 'held-until', valueDateTime: until },
  ])
}

/** Gives back what the caller holds of a slot. Fails: not-found when it holds nothing of it. */
async function released(slot: Kept<Slot>, call: Call): Promise<Answer> {
  const { actor } = call.permit
  const { search } = parseSearch('Appointment', `slot=Slot/${slot.id}&status=pending`)
  const { entries } = await call.house.store.search(search, actor.sight)
  const own = entries
    .map(({ body }) => JSON.parse(body) as Kept<Appointment>) // as they are kept
    .find((one) => isHeld(one) && operatorOf(one) === actor.organization)
  if (!own) throw failure('forbidden', 'You hold no place of this slot.', 'Slot')
  await cancel(own.id, undefined, call.house.desk(actor))
  return told(slot.id, call, [])
}

async function told(
  id: string,
  { house, permit }: Call,
  more: NonNullable<Parameters['parameter']>,
): Promise<Answer> {
  const stored = await house.store.read('Slot', id, permit.actor.sight)
  const slot = stored && (JSON.parse(stored.body) as Slot) // as it is kept
  const parameter = [...(slot ? [{ name: 'return', resource: slot }] : []), ...more]
  return answer({ resourceType: 'Parameters', parameter }, 200)
}

/** The one slot that is meant. Fails: required, not-found, multiple-matches. */
async function slotOf(input: Input, { house, permit }: Call): Promise<Kept<Slot>> {
  const id = idOf('Slot', input['slot-reference']?.reference)
  const numbers = input['slot-identifier'].map(({ system = '', value = '' }) => `${system}|${value}`)
  if (id === undefined && numbers.length === 0)
    throw failure('required', 'Give slot-reference or slot-identifier.', 'Parameters.parameter')
  const query = new URLSearchParams()
  if (id !== undefined) query.append('_id', id)
  for (const number of numbers) query.append('identifier', number)
  const { entries } = await house.store.search(parseSearch('Slot', query).search, permit.actor.sight)
  const [first, second] = entries.map(({ body }) => JSON.parse(body) as Kept<Slot>) // as they are kept
  if (second) throw failure('multiple-matches', 'These identifiers are of several slots.', 'Slot.identifier')
  if (!first) throw failure('not-found', 'There is no such Slot.', 'Slot')
  return first
}
