import type { Desk } from '../flows/step.ts'
import { searched } from './search.ts'

/** Names of the communes where something is done, to choose from; any other may be said. */
export async function communesOf(desk: Desk): Promise<string[]> {
  const { matches } = await searched('Location', '_count=1000', desk)
  return [...new Set(matches.flatMap(({ address }) => address?.city ?? []))].sort((a, b) =>
    a.localeCompare(b, 'fr'),
  )
}
