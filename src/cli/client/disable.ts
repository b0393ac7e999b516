import { noted } from '../audited.ts'
import { command } from '../command.ts'
import { withStore } from '../store.ts'
import { knownClient } from './known.ts'

export const disable = command({
  usage: '<id>',
  says: `Ends what a client may do, on all gateways, within seconds.
Tokens that it holds are no longer accepted. It stays disabled when the territory is loaded again.`,
  words: [1, 1],
  async run({ words: [id = ''], environment }) {
    const disabledAt = new Date().toISOString()
    await withStore(environment, async (store) => {
      await knownClient(id, store)
      await store.clients.disable(id, disabledAt)
      await noted(store, 'client.disabled', `client ${id}`)
    })
    return { text: `Client ${id} is disabled.`, value: { id, disabledAt } }
  },
})
