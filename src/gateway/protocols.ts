import { perform } from '../flows/perform.ts'
import { questionnairesMade } from '../flows/protocol/asked.ts'
import { protocolsIn } from '../flows/protocol/kept.ts'
import type { Desk, Territory } from '../flows/step.ts'
import type { Log } from '../log.ts'

export interface ProtocolsOptions {
  /** Of the gateway itself. */
  desk: Omit<Desk, 'territory'>
  /** Gets what is read. */
  territory: Territory
  log: Log
}

/**
 * Reads the entry protocols and makes their questionnaires; again whenever one is changed, by whichever gateway, until it
 * is disposed of.
 */
export async function followProtocols({ desk, territory, log }: ProtocolsOptions): Promise<Disposable> {
  const { store } = desk
  let last = Promise.resolve()
  const read = async () => {
    const { protocols, problems } = await protocolsIn(store.reader())
    territory.protocols = protocols
    for (const problem of problems) log.warn('protocol.faulty', { problem })
    await perform(questionnairesMade, { protocols }, { ...desk, territory })
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
