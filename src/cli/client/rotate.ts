import { readFile } from 'node:fs/promises'
import { registration } from '../../auth/client.ts'
import { noted } from '../audited.ts'
import { command, WrongUse } from '../command.ts'
import { withStore } from '../store.ts'
import { knownClient } from './known.ts'

export const rotate = command({
  usage: '<id> --jwks <file.json>',
  says: `Gives a client new public keys, in place of those it has.
The file is a JWK Set; put the old key and the new one in it for as long as both are in use. A client of the
territory's folder is given its keys there: a restart loads them from its file again.`,
  options: { jwks: { type: 'string' } },
  words: [1, 1],
  async run({ words: [id = ''], options: { jwks: file }, environment }) {
    if (file === undefined) throw new WrongUse('Name the file of the new keys with --jwks.')
    const jwks: unknown = JSON.parse(await readFile(file, 'utf8'))
    const kids = await withStore(environment, async (store) => {
      const { jwksUrl: _, ...client } = await knownClient(id, store)
      const next = registration.parse({ ...client, jwks })
      await store.clients.put(id, JSON.stringify(next))
      await noted(store, 'client.rotated', `client ${id}`)
      return next.jwks?.keys.map(({ kid }) => kid) ?? []
    })
    return { text: `Client ${id} signs with ${kids.join(', ')}.`, value: { id, kids } }
  },
})
