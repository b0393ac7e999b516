import type { MeasureReportGroup, MeasureReportGroupStratifier } from '@medplum/fhirtypes'
import { extensions } from '../fhir/canonical.ts'
import { dayIn } from '../fhir/zone.ts'
import { Delays } from './delays.ts'
import { type Asked, type Indicator, populations, type Tally } from './indicator.ts'
import type { CountedRequest } from './sources.ts'

/** What is counted of one of the two clocks of the requests of a period, by the rolled time and by the strict one. */
export function delayOf(
  clock: 'answer' | 'exam',
  told: Pick<Indicator, 'name' | 'title' | 'meaning'>,
): Indicator<'requests'> {
  return {
    ...told,
    scoring: 'proportion',
    populations: {
      'initial-population': 'Requests received in the period.',
      'denominator-exclusion':
        'Those taken back before; for the exam also those refused; and those that still have time.',
      denominator:
        'Those of which it is known: stopped, or over. A request given up for want of a place is over.',
      numerator: 'Those in time.',
      'numerator-strict': 'Those in time by plain hours.',
      'measure-population': 'Those with a delay: answered, or examined (or with an exam booked).',
    },
    strata: ['month', 'modality'],
    over: 'requests',
    tally: (asked, { zone }) => tallyOf(clock, asked, zone),
  }
}

function tallyOf(clock: 'answer' | 'exam', asked: Asked, zone: string): Tally<CountedRequest> {
  const all = new Share(clock, asked)
  const [byMonth, byModality] = [new Map<string, Share>(), new Map<string, Share>()]
  const into = (shares: Map<string, Share>, name: string) => {
    const share = shares.get(name) ?? new Share(clock, asked)
    shares.set(name, share)
    return share
  }
  return {
    add(request) {
      all.add(request)
      into(byMonth, dayIn(zone, request.receivedAt).slice(0, 7)).add(request)
      into(byModality, request.modalities[0] ?? 'unknown').add(request)
    },
    groups: () => [
      ...all.groups({
        stratifier: [stratifier('month', byMonth), stratifier('modality', byModality)],
      }),
    ],
  }
}

function stratifier(name: string, shares: ReadonlyMap<string, Share>): MeasureReportGroupStratifier {
  return {
    code: [{ text: name }],
    stratum: [...shares]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([value, share]) =>
        share.groups().map((group) => ({ value: { text: value }, ...strataOf(group) })),
      ),
  }
}

/** Of a group's numbers, what a stratum can tell: R4 gives it populations and one score. */
const strataOf = ({ population, measureScore, extension }: MeasureReportGroup) => ({
  ...(population && { population }),
  ...(measureScore && { measureScore }),
  ...(extension && { extension }),
})

/** The delays of some requests, and how many of them were in time. */
class Share {
  readonly #clock: 'answer' | 'exam'
  readonly #now: number
  readonly #delays = new Delays()
  readonly #counts = { received: 0, excluded: 0, known: 0, inTime: 0, strictlyInTime: 0 }

  constructor(clock: 'answer' | 'exam', { now }: Asked) {
    this.#clock = clock
    this.#now = Date.parse(now)
  }

  add(request: CountedRequest): void {
    this.#counts.received++
    const clock = request[this.#clock]
    const stopped = clock?.stoppedAt === undefined ? undefined : Date.parse(clock.stoppedAt)
    if (!clock || this.#isExcluded(request, stopped, Date.parse(clock.dueAt))) {
      this.#counts.excluded++
      return
    }
    this.#counts.known++
    if (stopped === undefined) return
    this.#delays.add(stopped - Date.parse(clock.startedAt))
    if (stopped <= Date.parse(clock.dueAt)) this.#counts.inTime++
    if (stopped <= Date.parse(clock.strictDueAt)) this.#counts.strictlyInTime++
  }

  #isExcluded({ ended }: CountedRequest, stopped: number | undefined, due: number): boolean {
    if (stopped !== undefined) return ended === 'withdrawn' && this.#clock === 'exam'
    if (ended === 'withdrawn') return true
    if (ended === 'refused') return this.#clock === 'exam'
    return ended !== 'short' && this.#now < due
  }

  /** One group of numbers; the delays stand in extensions of their own. */
  groups(more: Partial<MeasureReportGroup> = {}): MeasureReportGroup[] {
    const { received, excluded, known, inTime, strictlyInTime } = this.#counts
    return [
      {
        extension: this.#delayExtensions(),
        population: populations({
          'initial-population': received,
          'denominator-exclusion': excluded,
          denominator: known,
          numerator: inTime,
          'numerator-strict': strictlyInTime,
          'measure-population': this.#delays.count,
        }),
        ...(known > 0 && { measureScore: { value: inTime / known } }),
        ...more,
      },
    ]
  }

  #delayExtensions() {
    const told: [string, number | undefined][] = [
      ['median', this.#delays.quantile(0.5)],
      ['p90', this.#delays.quantile(0.9)],
      ['mean', this.#delays.mean],
    ]
    return told.flatMap(([name, minutes]) => (minutes === undefined ? [] : [delayExtension(name, minutes)]))
  }
}

const delayExtension = (name: string, minutes: number) => ({
  url: extensions.delay,
  extension: [
    { url: 'name', valueCode: name },
    {
      url: 'value',
      valueQuantity: { value: minutes, unit: 'min', system: 'http://unitsofmeasure.org', code: 'min' },
    },
  ],
})
