import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore, type Store } from '../store/index.ts'
import type { DemoClient } from './keys.ts'
import type { PartnerAddresses } from './partners/index.ts'

/** What several demo gateways on one server have in common: the clients' keys, and the partners that one of them runs. */
export interface Shared extends AsyncDisposable {
  /** The keys that all of them know: these, unless another was first. */
  keys(own: readonly DemoClient[]): Promise<DemoClient[]>
  /** Partners that are there already and answer. */
  partners(): Promise<RunningPartners | undefined>
  /** From now on these are the partners of all. */
  remember(partners: RunningPartners): Promise<void>
}

/** Partners that run, with the vendor's secret. */
export interface RunningPartners extends PartnerAddresses {
  secret: string
}

/** How long another demo may take to start its partners. */
const patienceMs = 30_000

/** What is shared on a server; one demo at a time sees to it, until it is disposed of. */
export async function openShared(dataDir: string, databaseUrl: string): Promise<Shared> {
  await using opening = new AsyncDisposableStack()
  const store = opening.use(await openStore({ dataDir, databaseUrl, poolSize: 1 }))
  const holder = randomUUID()
  await turn(holder, store)
  opening.defer(() => store.unlease('demo', holder))
  const open = opening.move()
  return {
    keys: async (own) => JSON.parse(await store.recallOr('demo.clients', JSON.stringify(own))),
    async partners() {
      const said = await store.recall('demo.partners')
      const partners: RunningPartners | undefined = said && JSON.parse(said)
      return partners && (await answers(partners)) ? partners : undefined
    },
    remember: (partners) => store.remember('demo.partners', JSON.stringify(partners)),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

async function turn(holder: string, store: Store): Promise<void> {
  const until = Date.now() + patienceMs
  while (!(await store.lease('demo', holder, new Date(Date.now() + patienceMs).toISOString()))) {
    if (Date.now() > until) throw new Error('Another demo on this server has been starting for too long')
    await sleep(100)
  }
}

async function answers({ deskUrl }: PartnerAddresses): Promise<boolean> {
  try {
    return (await fetch(`${deskUrl}/`, { signal: AbortSignal.timeout(2_000) })).ok
  } catch {
    return false // whoever ran them is gone
  }
}
