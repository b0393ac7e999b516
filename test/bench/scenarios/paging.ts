import { httpLine, httpRequest } from '../lines.ts'
import type { World } from '../world.ts'
import { type FhirOrder, fhirOrder } from './http.ts'
import type { Scenario } from './scenario.ts'

interface Order extends FhirOrder {
  /** Paths of pages, as each is linked from the one before. */
  pages: readonly string[]
}

const pageSize = 1000
/** Walked through again and again. */
const pageCount = 20

/** Everything of a type, a thousand a page: so many requests a second are a thousand times as many resources. */
export const paging: Scenario<Order> = {
  name: 'paging',
  floor: 'floor-read',
  bySlots: true,
  server: 'gateway',
  async order(world) {
    const order = await fhirOrder(world)
    return { ...order, pages: await walked(world, order.headers) }
  },
  line: ({ where: { host, port } }) => httpLine(host, port),
  request: ({ headers, pages }, n) => httpRequest('GET', pages[n % pages.length] ?? '', headers),
  isRight: ({ status, body }) => status === 200 && body.split('"mode":"match"').length - 1 === pageSize,
}

/** The first pages, as a client finds them. */
async function walked({ gateway }: World, headers: FhirOrder['headers']): Promise<string[]> {
  const pages: string[] = []
  let next: string | undefined = `/fhir/Slot?_count=${pageSize}`
  while (next !== undefined && pages.length < pageCount) {
    const answer = await fetch(new URL(next, gateway.baseUrl), { headers })
    if (answer.status !== 200) throw new Error(`${next}: HTTP ${answer.status}`)
    pages.push(next)
    const { link = [] } = (await answer.json()) as { link?: { relation: string; url: string }[] } // FHIR R4, bundle.html
    const further: string | undefined = link.find(({ relation }) => relation === 'next')?.url
    next = further === undefined ? undefined : further.slice(new URL(further).origin.length)
  }
  return pages
}
