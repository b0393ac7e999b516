import type { MeasureReportGroup } from '@medplum/fhirtypes'
import { canonical } from '../fhir/canonical.ts'
import type { Sources } from './sources.ts'

/** Of which time, and of which centre, something is counted. */
export interface Asked {
  /** Instants; the end is exclusive. */
  start: string
  end: string
  /** `Organization/<id>`: only what is booked with this centre, or offered by it. */
  centre?: string
  /** When it is counted: what is not due yet is neither in time nor late. Instant. */
  now: string
}

/** What counting has to know of the territory. */
export interface Place {
  /** IANA zone in which days and months are counted. */
  zone: string
  /** `Organization/<id>` of the community. */
  community: string
  /** `Organization/<id>` of the centre that a source (`meta.source`) belongs to. */
  centres: ReadonlyMap<string, string>
}

/** The same from what a territory says of itself and of its peers. */
export const placeIn = ({
  zone,
  community,
  peers,
}: Pick<Place, 'zone' | 'community'> & {
  peers: readonly { name: string; organization: string }[]
}): Place => ({
  zone,
  community,
  centres: new Map(peers.map(({ name, organization }) => [`urn:relais:source:${name}`, organization])),
})

/** Takes one thing after the other, and keeps no more of them than numbers. */
export interface Tally<Item> {
  add(item: Item): void
  groups(): MeasureReportGroup[]
}

/** Something that is counted: a name, what it means, what is counted for it, and how. */
export interface Indicator<Source extends keyof Sources = keyof Sources> {
  /** Of its Measure: `request-to-answer`. */
  name: string
  title: string
  /** What it means, whole: what is counted, what is left out. */
  meaning: string
  scoring: 'proportion' | 'continuous-variable' | 'cohort' | 'ratio'
  /** Populations of its groups, by code, and what each is. */
  populations: Readonly<Record<string, string>>
  /** What groups are divided by. */
  strata: readonly string[]
  over: Source
  tally(asked: Asked, place: Place): Tally<Sources[Source]>
}

/** An indicator as the list keeps it. */
export type AnyIndicator = { [Source in keyof Sources]: Indicator<Source> }[keyof Sources]

/** A group's populations, by code. */
export const populations = (
  counts: Readonly<Record<string, number>>,
): NonNullable<MeasureReportGroup['population']> =>
  Object.entries(counts).map(([code, count]) => ({ code: { text: code, coding: [codingOf(code)] }, count }))

const standard = 'http://terminology.hl7.org/CodeSystem/measure-population'
const standardCodes = [
  'initial-population',
  'numerator',
  'denominator',
  'denominator-exclusion',
  'measure-population',
]

/** A population's code: FHIR's own where it has one. */
export const codingOf = (code: string) =>
  standardCodes.includes(code)
    ? { system: standard, code }
    : { system: `${canonical}/CodeSystem/population`, code }

/** Numbers counted by a name, most first, then by name. */
export class Counts {
  #counts = new Map<string, number>()

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  get names(): string[] {
    return [...this.#counts.keys()].sort()
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  largest(most: number): [name: string, count: number][] {
    return [...this.#counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, most)
  }
}
