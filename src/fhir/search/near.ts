import { badValue } from './refusals.ts'
import { split } from './values.ts'

export interface Point {
  /** Degrees, WGS84. */
  latitude: number
  longitude: number
}

/** All that is at most so far from a point. */
export interface Area extends Point {
  metres: number
}

const units: Readonly<Record<string, number>> = { km: 1000, m: 1 }
/** When a caller says no distance: what one drives for an exam. */
const usualMetres = 50_000

/**
 * `49.18|-0.37|20|km`. Kilometres unless it says metres. Fails: value.
 *
 * Source: FHIR R4, Location, near.
 */
export function areaOf(name: string, text: string): Area {
  const [latitude, longitude, distance, unit = 'km', ...more] = split(text, '|')
  const metres = distance ? numberIn(distance) * (units[unit] ?? Number.NaN) : usualMetres
  const area = { latitude: numberIn(latitude), longitude: numberIn(longitude), metres }
  const isGood = Math.abs(area.latitude) <= 90 && Math.abs(area.longitude) <= 180 && metres >= 0
  if (more.length === 0 && isGood) return area
  throw badValue(name, 'latitude|longitude|distance|unit, such as 49.18|-0.37|20|km; units are km and m')
}

const numberIn = (text: string | undefined): number =>
  /^-?\d{1,7}(\.\d{1,12})?$/.test(text ?? '') ? Number(text) : Number.NaN

/** Mean radius. Source: IUGG. */
export const earthMetres = 6_371_008.8

const radians = (degrees: number) => (degrees * Math.PI) / 180

/** Along a great circle (haversine). */
export function metresBetween(a: Point, b: Point): number {
  const half = (from: number, to: number) => Math.sin(radians(to - from) / 2) ** 2
  const across = Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude))
  const chord = half(a.latitude, b.latitude) + across * half(a.longitude, b.longitude)
  return 2 * earthMetres * Math.asin(Math.min(1, Math.sqrt(chord)))
}

/** Degrees of latitude that a distance comes to; one to the west or east comes to more, and to all of them at a pole. */
export const degreesOf = (metres: number): number => (metres / earthMetres) * (180 / Math.PI)
