import { type Booking, Diary, type Place } from '../../../src/demo/partners/diary.ts'
import type { AtCentre } from './history.ts'

/** Told of whatever a centre does. */
export type Note = (what: AtCentre['what'], place: string, appointment?: string) => void

/**
 * The diary of a pretend system, which keeps apart what its desk has given away. It gives a place to whoever asks through
 * the gateway, also when another has it: a place that the gateway gives twice stands twice in it.
 */
export class OwnDiary extends Diary {
  readonly #own = new Set<Place>()
  readonly #note: Note

  constructor(diaries: ConstructorParameters<typeof Diary>[0], note: Note) {
    super(diaries, () => new Date())
    this.#note = note
  }

  override book(place: Place, placer: string, order?: string): Booking | undefined {
    const before = this.bookingFor(placer)
    if (before?.status === 'booked') return before
    if (this.#own.has(place)) {
      this.#note('refused', place.id, placer)
      return undefined
    }
    super.desk(place, 'free')
    this.#note('booked', place.id, placer)
    return super.book(place, placer, order)
  }

  /** Giving up what is given up already changes nothing. */
  override cancel(booking: Booking): void {
    if (booking.status !== 'booked') return
    super.cancel(booking)
    this.#note('cancelled', booking.place.id, booking.placer)
    if (this.takers(booking.place).length > 0) super.desk(booking.place, 'busy')
  }

  bookingFor(placer: string): Booking | undefined {
    return [...this.bookings.values()].findLast((one) => one.placer === placer)
  }

  /** Our numbers of those who are booked there. */
  takers(place: Place): string[] {
    return [...this.bookings.values()]
      .filter((one) => one.place === place && one.status === 'booked')
      .map(({ placer }) => placer)
  }

  isOwn(place: Place): boolean {
    return this.#own.has(place)
  }

  /** The desk gives a free place to somebody of its own. */
  take(place: Place): void {
    this.#own.add(place)
    super.desk(place, 'busy')
    this.#note('taken by the desk', place.id)
  }

  giveBack(place: Place): void {
    this.#own.delete(place)
    super.desk(place, 'free')
    this.#note('given back', place.id)
  }

  noteDeskCancelled({ place, placer }: Booking): void {
    this.#note('cancelled by the desk', place.id, placer)
  }
}
