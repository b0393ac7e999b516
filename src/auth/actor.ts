/** What a client is for; its role says whose eyes it has. */
export type Role = 'prescriber' | 'ris' | 'cell' | 'region' | 'operator' | 'gateway'

/** On whose behalf something is done. */
export interface Actor {
  /** The client's id; `gateway` for what it does of itself. */
  client: string
  /** Name shown in audit and Provenance. */
  name: string
  /** `Organization/<id>` that the client belongs to. */
  organization?: string
  /** `Practitioner/<id>` of the person who acts, where somebody has signed in. */
  person?: string
  role: Role
  /** Keys to what it may see (`public`, `member`, `org:<id>`); `all` for the whole territory. */
  sight: 'all' | readonly string[]
  /** Whether its organisation is a member of the territory now. */
  member: boolean
}

/** The gateway itself: expiry of holds, slots made ahead, deliveries. */
export const gateway: Actor = {
  client: 'gateway',
  name: 'Relais',
  role: 'gateway',
  sight: 'all',
  member: true,
}
