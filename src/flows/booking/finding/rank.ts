import type { Commune, Territory } from '../../step.ts'
import type { Candidate } from './candidates.ts'
import { codeIn, type Needs } from './needs.ts'
import type { Wish } from './wish.ts'

/** What proposals are ordered by, the first first. */
export interface Rank {
  inWindow: boolean
  reserved: boolean
  /** ms since 1970. */
  start: number
  /** Place in the order in which specialties and practitioners were named. */
  preference: number
  /** Infinite where it is not known. */
  distanceKm: number
  id: string
}

/** The rank of a place for a wish. */
export function rankOf(
  { slot, diary, reserved, inWindow }: Candidate,
  wish: Wish,
  { commune }: Needs,
  territory: Territory,
): Rank {
  return {
    inWindow,
    reserved,
    start: Date.parse(slot.start),
    preference: preferenceOf(diary, wish),
    distanceKm: distanceKm(commune, diary.commune, territory.communes),
    id: slot.id,
  }
}

/** Within the clinical window, reserved for the asker, earliest, as preferred, nearest; of equals always the same first. */
export function byRank(a: Rank, b: Rank): number {
  return (
    Number(b.inWindow) - Number(a.inWindow) ||
    Number(b.reserved) - Number(a.reserved) ||
    a.start - b.start ||
    a.preference - b.preference ||
    (a.distanceKm === b.distanceKm ? 0 : a.distanceKm - b.distanceKm) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  )
}

function preferenceOf(diary: Candidate['diary'], { specialties = [], practitioners = [] }: Wish): number {
  const codes = new Set([...diary.specialties].map(codeIn))
  const place = (at: number) => (at < 0 ? 0 : at)
  return (
    place(specialties.findIndex((token) => codes.has(codeIn(token)))) +
    place(practitioners.findIndex((one) => diary.involved.has(one)))
  )
}

const earthKm = 6371

/** How far the middles of two communes are apart, as the crow flies; infinite where that is not known. Source: haversine. */
export function distanceKm(
  from: string | undefined,
  to: string | undefined,
  communes: ReadonlyMap<string, Pick<Commune, 'lat' | 'lon'>> = new Map(),
): number {
  const [a, b] = [from, to].map((insee) => (insee === undefined ? undefined : communes.get(insee)))
  if (!a || !b) return Number.POSITIVE_INFINITY
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const half = (x: number, y: number) => Math.sin(radians(y - x) / 2) ** 2
  const h = half(a.lat, b.lat) + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * half(a.lon, b.lon)
  return 2 * earthKm * Math.asin(Math.min(1, Math.sqrt(h)))
}
