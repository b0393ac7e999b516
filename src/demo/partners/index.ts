import { once } from 'node:events'
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { centres } from '../centres.ts'
import { Diary } from './diary.ts'
import { fhirRis } from './fhir-ris.ts'
import { jsonRis, type VendorSecret } from './json-ris.ts'
import { type MllpRis, openMllpRis } from './mllp-ris.ts'

/** Where the pretend partner systems are reached. */
export interface PartnerAddresses {
  /** Where the HL7 v2 RIS listens for MLLP. */
  mllp: { host: string; port: number }
  /** Base URLs. */
  fhirUrl: string
  jsonUrl: string
  /** Where the pretend desks take orders from a person or a script: POST /<connector>/comment, /<connector>/take. */
  deskUrl: string
}

/** The pretend partner systems. */
export interface Partners extends PartnerAddresses, AsyncDisposable {
  mllp: MllpRis
  /** What each system's own desk sees, by connector. */
  diaries: Readonly<Record<'ris-v2' | 'ris-fhir' | 'ris-json', Diary>>
}

export interface PartnerOptions {
  clock: () => Date
  vendor: VendorSecret
  /** Where the gateway listens for HL7 v2, asked when something is sent. */
  gatewayMllp: () => { host: string; port: number }
  /** Where they are reached; free ports of loopback unless said. */
  place?: Place
}

/** Where the partners listen, and by which name others reach them. */
export interface Place {
  listen: string
  name: string
  /** 0: a free one. */
  ports: Readonly<Record<'mllp' | 'fhir' | 'json' | 'desk', number>>
}

const loopback: Place = {
  listen: '127.0.0.1',
  name: '127.0.0.1',
  ports: { mllp: 0, fhir: 0, json: 0, desk: 0 },
}

/** Starts the three systems and the desks by which they are played. */
export async function openPartners({
  clock,
  vendor,
  gatewayMllp,
  place = loopback,
}: PartnerOptions): Promise<Partners> {
  await using opening = new AsyncDisposableStack()
  const diaries = {
    'ris-v2': new Diary(diariesOf('ris-v2'), clock),
    'ris-fhir': new Diary(diariesOf('ris-fhir'), clock),
    'ris-json': new Diary(diariesOf('ris-json'), clock),
  }
  const mllp = opening.use(await openMllpRis(diaries['ris-v2'], gatewayMllp, place))
  const fhir = opening.use(await served(fhirRis(diaries['ris-fhir']), place, place.ports.fhir))
  const json = opening.use(await served(jsonRis(diaries['ris-json'], vendor), place, place.ports.json))
  const desk = opening.use(await served(desks(diaries, mllp), place, place.ports.desk))
  const open = opening.move()
  return {
    mllp,
    fhirUrl: `${fhir.url}/fhir`,
    jsonUrl: json.url,
    deskUrl: desk.url,
    diaries,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

const diariesOf = (connector: string) =>
  centres.find((centre) => centre.connector === connector)?.diaries ?? []

/** What people do at the desks of the pretend centres: give a place away, comment on an order. */
function desks(diaries: Partners['diaries'], mllp: MllpRis): Hono {
  const app = new Hono()
  app.get('/', (c) => c.json({ connectors: Object.keys(diaries) }))
  app.post('/ris-v2/comment', async (c) => {
    const { placerOrderNumber, text } = await c.req.json<{ placerOrderNumber: string; text: string }>()
    return c.text(await mllp.comment(placerOrderNumber, text))
  })
  app.post('/:connector/take', async (c) => {
    const { start } = await c.req.json<{ start: string }>()
    const diary = diaries[c.req.param('connector') as keyof typeof diaries]
    const place = diary?.places.find(
      (one) => Date.parse(one.start) === Date.parse(start) && one.status === 'free',
    )
    if (!place) return c.json({ error: 'no free place begins then' }, 404)
    diary?.desk(place, 'busy')
    return c.json({ id: place.id })
  })
  return app
}

async function served(
  app: Hono,
  { listen, name }: Place,
  port: number,
): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(getRequestListener(app.fetch))
  server.listen(port, listen)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP listener has an address')
  return {
    url: `http://${name}:${address.port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
