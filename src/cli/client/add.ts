import { readFile } from 'node:fs/promises'
import { needsOrganization, registration } from '../../auth/client.ts'
import { failure } from '../../fhir/outcome.ts'
import { organizationOf } from '../../gateway/members.ts'
import { noted } from '../audited.ts'
import { command } from '../command.ts'
import { withStore } from '../store.ts'

export const add = command({
  usage: '<file.json>',
  says: `Registers an API client, as its file says.
The file is as those of a territory's clients/ folder; \`check-config --schema\` prints its shape.`,
  words: [1, 1],
  async run({ words: [file = ''], environment }) {
    const client = registration.parse(JSON.parse(await readFile(file, 'utf8')))
    await withStore(environment, async (store) => {
      if (await store.clients.get(client.id)) {
        throw failure(
          'duplicate',
          `There is a client ${client.id} already. Give it new keys with client rotate.`,
        )
      }
      if (needsOrganization(client.role) && !(await organizationOf(client, store))) {
        throw failure('not-found', `No Organization here is meant by ${client.organization}.`, 'organization')
      }
      await store.clients.put(client.id, JSON.stringify(client))
      await noted(store, 'client.added', `client ${client.id}`)
    })
    return { text: `Client ${client.id} may ask for tokens.`, value: { id: client.id, role: client.role } }
  },
})
