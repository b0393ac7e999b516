import { protocolsIn } from '../flows/protocol/kept.ts'
import type { Territory } from '../flows/step.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/index.ts'

export interface ProtocolsOptions {
  store: Store
  /** Gets what is read. */
  territory: Territory
  log: Log
}

/** Reads the entry protocols, and again whenever one is changed, by whichever gateway; until it is disposed of. */
export async function followProtocols({ store, territory, log }: ProtocolsOptions): Promise<Disposable> {
  let last = Promise.resolve()
  const read = async () => {
    const { protocols, problems } = await protocolsIn(store.reader())
    territory.protocols = protocols
    for (const problem of problems) log.warn('protocol.faulty', { problem })
  }
  const again = () => {
    last = last.then(read).catch((thrown: unknown) => {
      // What was read before stays: the next change is another try.
      log.failed('protocol.unread', thrown)
    })
  }
  const listening = store.onChange(({ references }) => {
    if (references.some((one) => /^(Plan|Activity)Definition\//.test(one))) again()
  })
  await read()
  return listening
}
