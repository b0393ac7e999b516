import type { Appointment, Bundle } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import type { LinkDesk } from '../connector.ts'
import type { RestClient } from '../rest/client.ts'
import { jsonOf } from '../rest/sent.ts'
import { filled } from './filled.ts'
import type { JsonSettings } from './index.ts'
import { numbersOf } from './numbers.ts'

/**
 * What the partner has of an appointment, as its file says: one call, and a map that makes a Bundle of the answer, of
 * which the Appointment with our number is taken. 404 and 410 say that it has none.
 */
export function looking(
  { path, map }: NonNullable<JsonSettings['look']>,
  client: RestClient,
  desk: LinkDesk,
) {
  return async (appointment: Appointment, signal: AbortSignal): Promise<Appointment | 'unknown'> => {
    const numbers = numbersOf(appointment)
    const headers = { accept: 'application/json' }
    const answer = await client.call(filled(path, numbers), { headers, signal })
    if (answer.status === 404 || answer.status === 410) return 'unknown'
    const said = answer.status === 200 ? jsonOf(answer) : undefined
    if (said === undefined) throw failure('transient', `The partner answered ${answer.status}.`)
    const found = appointmentsIn(desk.transform(map, said))
    return found.find((one) => numbersOf(one).placer === numbers.placer) ?? 'unknown'
  }
}

function appointmentsIn(made: unknown): Appointment[] {
  const { entry = [] } = made as Bundle // what a map for appointments makes
  return entry.flatMap(({ resource }) => (resource?.resourceType === 'Appointment' ? resource : []))
}
