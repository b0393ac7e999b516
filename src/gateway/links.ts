import type { Registry } from 'prom-client'
import type { Config } from '../config.ts'
import type { Link, LinkDesk, Receive } from '../connectors/connector.ts'
import { connectors } from '../connectors/index.ts'
import { type Listening, listen } from '../connectors/mllp/index.ts'
import type { Log } from '../log.ts'
import type { LoadedConnector } from '../territory/load.ts'
import { type Tls, untakable } from './http.ts'
import { mllpMetrics } from './mllp-metrics.ts'

/** One open line, with the name of its connector. */
export interface OpenLink {
  name: string
  link: Link
  receive: Receive
}

/** Opens a line for each connector of the territory; `deskOf` says what it is handed. */
export async function openLinks(
  files: readonly LoadedConnector[],
  deskOf: (file: LoadedConnector) => LinkDesk,
): Promise<OpenLink[]> {
  return Promise.all(
    files.map(async (file) => {
      const kind = connectors[file.kind]
      if (!kind) throw new Error(`There is no connector ${file.kind}`)
      const desk = deskOf(file)
      return { name: file.name, link: await kind.open(file.settings, desk), receive: desk.receive }
    }),
  )
}

/** The one listener for HL7 v2; undefined when it is off. Each message goes to the connector of whoever sent it. */
export async function listenMllp(
  { RELAIS_MLLP_HOST: host, RELAIS_MLLP_PORT: port }: Config,
  tls: Tls | undefined,
  links: readonly OpenLink[],
  strangers: Receive,
  { clock, log, metrics, drainMs }: { clock: () => Date; log: Log; metrics: Registry; drainMs: () => number },
): Promise<Listening | undefined> {
  if (port === null) return undefined
  const receivers = new Map(links.map(({ name, receive }) => [name, receive]))
  const peers = links.flatMap(({ link }) => link.peer ?? [])
  const counted = mllpMetrics(metrics)
  const listening = await listen({
    host,
    port,
    onRefused: counted.onRefused,
    ...(tls && { tls: { cert: tls.cert, key: tls.key, ...(tls.clientCa && { ca: tls.clientCa }) } }),
    drainMs,
    peers,
    receive: (incoming, answer) => (receivers.get(incoming.peer) ?? strangers)(incoming, answer),
    clock,
    log,
  }).catch((thrown) => {
    throw untakable(thrown, host, port, 'RELAIS_MLLP_PORT')
  })
  counted.shows(listening)
  return listening
}
