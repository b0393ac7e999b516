import type { World } from '../world.ts'
import type { Where } from './scenario.ts'

/** What every request to the FHIR API says. */
export interface FhirOrder {
  where: Where
  headers: Readonly<Record<string, string>>
}

/** The gateway's address, and the headers of a caller with a real token. */
export async function fhirOrder(
  world: World,
  token: string | Promise<string> = world.token(),
): Promise<FhirOrder> {
  const { hostname, port } = new URL(world.gateway.baseUrl)
  const headers = { authorization: `Bearer ${await token}`, accept: 'application/fhir+json' }
  return { where: { host: hostname, port: Number(port) }, headers }
}

export const json = { 'content-type': 'application/fhir+json' }

/** One of a list, another each time. */
export function one<T>(list: readonly T[], n: number): T {
  const found = list[(n * 7919) % list.length]
  if (found === undefined) throw new Error('There is nothing in the list')
  return found
}
