import type { Clients } from '../store/index.ts'
import type { Actor } from './actor.ts'
import { type Client, isActive, needsOrganization, registration } from './client.ts'
import { sightOf, withSources } from './gate.ts'
import { type Permit, tooLittle } from './permit.ts'
import { grantedScopes, parseScope, type Scope } from './scopes.ts'

/** A client as it stands now: on whose behalf it acts, and what it may be granted. */
export interface Standing {
  client: Client
  actor: Actor
  registered: readonly Scope[]
}

export interface StandingDesk {
  clients: Clients
  clock: () => Date
  /** `Organization/<id>` of a client, by its registration. */
  organizationOf(client: Client): Promise<string | undefined>
  /** Whether an organisation is a member of the territory now. */
  memberOf(organization: string): Promise<boolean>
  /** The sources whose diaries are open now: the end of a convention is the end of what is seen of them. */
  openSources?(): Promise<readonly string[]>
}

/** A client that is disabled, changed or no longer a member is known as such this soon, on every gateway. */
const freshMs = 5_000
/** So many are kept; the oldest goes first. */
const keptStandings = 10_000

interface Entry {
  at: number
  standing: Promise<Standing | undefined>
  /** Sources that were open when `now` was made, and their names in one. */
  sources?: readonly string[]
  open?: string
  now?: Standing
}

/** Standings of active clients, read again every five seconds while they are in use. */
export function openStandings(desk: StandingDesk): (id: string) => Promise<Standing | undefined> {
  const kept = new Map<string, Entry>()

  return async (id) => {
    const now = desk.clock().getTime()
    const known = kept.get(id)
    if (known && now - known.at < freshMs && now >= known.at) return active(await known.standing, desk, known)
    const standing = standingOf(id, desk)
    kept.delete(id)
    const entry: Entry = { at: now, standing }
    kept.set(id, entry)
    standing.catch(() => kept.delete(id))
    for (const oldest of kept.keys()) {
      if (kept.size <= keptStandings) break
      kept.delete(oldest)
    }
    return active(await standing, desk, entry)
  }
}

const noSources: readonly string[] = []

/** Active now, and with the keys to what is open now: the same object as long as nothing changes. */
async function active(
  standing: Standing | undefined,
  { clock, openSources }: StandingDesk,
  entry: Entry,
): Promise<Standing | undefined> {
  if (!standing || !isActive(standing.client, clock())) return undefined
  const sources = (await openSources?.()) ?? noSources
  if (entry.now && entry.sources === sources) return entry.now
  entry.sources = sources
  const open = sources.join(' ')
  if (entry.open !== open || !entry.now) {
    const sight = withSources(standing.actor.sight, sources)
    entry.now = { ...standing, actor: { ...standing.actor, sight } }
    entry.open = open
  }
  return entry.now
}

async function standingOf(id: string, desk: StandingDesk): Promise<Standing | undefined> {
  const row = await desk.clients.get(id)
  if (!row || row.disabledAt !== undefined) return undefined
  const client = registration.parse(JSON.parse(row.registration))
  const registered = client.scopes.flatMap((text) => parseScope(text).scope ?? [])
  return { client, registered, actor: await actorOf(client, desk) }
}

/** Whether it belongs to an organisation that is not known here: then nobody can say what it may see. */
export const isHomeless = ({ client, actor }: Standing): boolean =>
  needsOrganization(client.role) && actor.organization === undefined

/** What a client may do with scopes it was granted: those that are still registered. Fails: forbidden. */
export function permitOf(standing: Standing, scopes: readonly Scope[]): Permit {
  if (isHomeless(standing)) throw tooLittle('The organisation of this client is not known here.')
  const { actor, client, registered } = standing
  return { actor, scopes: grantedScopes(scopes, registered), lenient: client.lenient }
}

/** On whose behalf a client acts: also for what it does by another road than HTTP. */
export async function actorOf(
  client: Client,
  { organizationOf, memberOf }: Pick<StandingDesk, 'organizationOf' | 'memberOf'>,
): Promise<Actor> {
  const organization = await organizationOf(client)
  const member = organization !== undefined && (await memberOf(organization))
  const known = { role: client.role, member, ...(organization !== undefined && { organization }) }
  return { client: client.id, name: client.name, ...known, sight: sightOf(known) }
}
