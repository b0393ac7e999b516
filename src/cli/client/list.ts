import { registration } from '../../auth/client.ts'
import { command } from '../command.ts'
import { withStore } from '../store.ts'
import { table } from '../table.ts'

export const list = command({
  usage: '',
  says: 'Lists the API clients: those of the territory and those that were added.',
  words: [0, 0],
  async run({ environment }) {
    const rows = await withStore(environment, ({ clients }) => clients.list())
    const clients = rows.map((row) => {
      const { id, name, role, organization, scopes } = registration.parse(JSON.parse(row.registration))
      const disabled = row.disabledAt === undefined ? {} : { disabledAt: row.disabledAt }
      return { id, name, role, ...(organization && { organization }), scopes, ...disabled }
    })
    const text = table(
      ['id', 'role', 'organisation', 'disabled', 'name'],
      clients.map(({ id, role, organization = '', disabledAt = '', name }) => [
        id,
        role,
        organization,
        disabledAt,
        name,
      ]),
    )
    return { text, value: clients }
  },
})
