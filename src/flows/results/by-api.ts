import type { Entry } from '../entries.ts'
import { merged } from '../plan.ts'
import { nextOf } from '../resource/change.ts'
import type { Hook, Seen } from '../resource/hooks.ts'
import { type About, aboutOf, told } from './commented.ts'

/** A Communication or a report through the API goes to whoever takes part in the request, like one by HL7 v2. */
export const commentByApi: Hook<readonly About[]> = {
  facts: (changes, _, store, actor) =>
    Promise.all(changes.map((change) => aboutOf(entriesOf(change), store, actor))),

  decide(changes, _, abouts, at, actor) {
    return merged(
      changes.map(({ before, ...change }, n) => {
        if (change.verb === 'delete') return { remove: before ? [before] : [] }
        const about = abouts[n] ?? { request: undefined, keys: [] }
        return told([nextOf(change.resource, before)], about, before ? [before] : [], at, actor)
      }),
    )
  },
}

const entriesOf = (change: Seen): Entry[] =>
  change.verb === 'delete' ? [] : [{ url: `${change.type}/${change.id}`, resource: change.resource }]
