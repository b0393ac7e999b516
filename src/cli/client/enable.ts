import { noted } from '../audited.ts'
import { command } from '../command.ts'
import { withStore } from '../store.ts'
import { knownClient } from './known.ts'

export const enable = command({
  usage: '<id>',
  says: 'Lets a client that was disabled do again what it may.',
  words: [1, 1],
  async run({ words: [id = ''], environment }) {
    await withStore(environment, async (store) => {
      await knownClient(id, store)
      await store.clients.disable(id, undefined)
      await noted(store, 'client.enabled', `client ${id}`)
    })
    return { text: `Client ${id} is enabled.`, value: { id } }
  },
})
