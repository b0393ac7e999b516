import { dayIn } from '../fhir/zone.ts'
import { type Convention, isOpenOn } from '../flows/slots/conventions.ts'
import { type Source, sourcesNow } from '../flows/slots/sources.ts'
import type { Desk } from '../flows/step.ts'

/** How long what was read is taken to be so: a convention that somebody changes is known as changed this soon. */
const freshMs = 1_000

interface Known {
  at: number
  conventions: Promise<readonly Convention[]>
  sources: Promise<readonly Source[]>
  /** What came of them in this minute: whoever asks is told the same list. */
  open?: { minute: number; sources: readonly string[] }
}

/** The sources whose diaries may be seen now: their centre takes part today, and they are known well enough. */
export function openSources(
  desk: Pick<Desk, 'store' | 'territory' | 'clock'>,
): () => Promise<readonly string[]> {
  const { store, territory, clock } = desk
  let known: Known | undefined
  const read = (): Known => ({
    at: performance.now(),
    conventions: store.reader().search('OrganizationAffiliation', '_count=1000'),
    sources: sourcesNow(desk),
  })
  return async () => {
    if (!known || performance.now() - known.at > freshMs) known = read()
    const hand = known
    try {
      const [conventions, sources] = await Promise.all([hand.conventions, hand.sources])
      const now = clock().getTime()
      const minute = Math.floor(now / 60_000)
      if (hand.open?.minute !== minute) {
        const day = dayIn(territory.zone, now)
        const open = sources.filter(
          ({ hidden, centre }) => !hidden && isOpenOn(day, ofCentre(centre, conventions)),
        )
        hand.open = { minute, sources: open.flatMap(({ peer }) => peer ?? []) }
      }
      return hand.open.sources
    } catch (thrown) {
      if (known === hand) known = undefined // the next one asks again
      throw thrown
    }
  }
}

const ofCentre = (centre: string, conventions: readonly Convention[]) =>
  conventions.filter(({ participatingOrganization }) => participatingOrganization?.reference === centre)
