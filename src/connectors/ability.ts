import { z } from 'zod'
import { departureKinds } from '../flows/message.ts'

/** A kind of departure, as settings name it. */
export const departureKind = z.enum(departureKinds, {
  error: () => `one of ${departureKinds.join(', ')}`,
})

/** What a partner can do, and what it needs for that, as the settings of its connector say. */
export interface Ability {
  /** Kinds of departure for which there is a way to it. */
  ways: readonly string[]
  /** How its places are known. */
  publish: 'declared' | 'pulled' | 'dropped' | 'asked'
  /** It tells by itself what its desk has changed. */
  pushes: boolean
  /** Maps that its settings name, each with its place: `settings.look.map`. */
  maps?: readonly { place: string; map: string }[]
  /** Kinds of message that only a map of its own file can read, each with what needs it. */
  needs?: readonly { kind: string; place: string }[]
  /** What it calls itself (MSH-3). */
  applications?: readonly string[]
  /** Character set of its messages where MSH-18 is empty. */
  inwardCharset?: string
}

/** What a table by kind of departure says of one; undefined where it does not name it. */
export const saidOf = <T>(table: Readonly<Partial<Record<string, T>>>, kind: string): T | undefined =>
  Object.hasOwn(table, kind) ? table[kind] : undefined

/** The maps of a table by kind of departure: `settings.sends.request.ordered.map`. */
export const mapsIn = (table: Readonly<Record<string, { map: string }>>, place: string) =>
  Object.entries(table).map(([kind, { map }]) => ({ place: `${place}.${kind}.map`, map }))
