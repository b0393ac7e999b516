import { failures, issue } from '../../fhir/outcome.ts'
import { type Message, segmentsNamed, valueAt } from '../../hl7v2/message.ts'

/** What ORC-1 says that an order message is: an order, new or changed; its cancellation; or word of an order, no order itself. */
export type Control = 'order' | 'cancellation' | 'notice'

const codes: Readonly<Record<Control, string>> = {
  order: 'NW SN SC XO XX RP RO RU CH PA HD RL RF',
  cancellation: 'CA DC OC OD RQ',
  notice: `AF CN CP CR DE DF DR FU HR IN LI MC NA NR OE OF OH OK OP OR PR PY RE RR
    SQ SR SS SX UA UC UD UF UH UM UN UR UX XR`,
}

/**
 * What all ORC of a message are; without ORC-1 an order. `SC`, word of a new status, carries the order: one that is
 * not known is taken as new.
 *
 * Fails: value where a code is in no table, or where word of an order comes along with orders.
 *
 * Source: HL7 v2.8.2 chapter 4, ORC-1 and table 0119.
 */
export function controlOf(message: Message): Control {
  const said = segmentsNamed(message, 'ORC').map((orc) => kindOf(valueAt(orc, { field: 1 })))
  const [first = 'order'] = said
  const isNotice = first === 'notice'
  const faults = said.flatMap((one, n) => {
    const place = n > 0 ? `ORC[${n + 1}]-1` : 'ORC-1'
    if (one === undefined) return issue('value', 'The order control code is not in HL7 table 0119.', place)
    return (one === 'notice') === isNotice ? [] : issue('value', apart, place)
  })
  if (faults.length > 0) throw failures(faults)
  return first
}

const apart = 'Orders, and answers to orders, go in messages of their own.'

const controls: readonly Control[] = ['order', 'cancellation', 'notice']
const byCode = new Map(
  controls.flatMap((control) => codes[control].split(/\s+/).map((code) => [code, control])),
)

const kindOf = (code: string | undefined): Control | undefined =>
  code === undefined ? 'order' : byCode.get(code)
