/** What the season itself knows of one request, apart from all that the gateway keeps. Ms since 1970. */
export interface Entry {
  number: string
  way: string
  kind: string
  indication: string
  modality: string
  exam: string
  rpps: string
  isMember: boolean
  receivedAt: number
  answeredAt?: number
  /** Start of the exam that was done, or is still booked. */
  examAt?: number
  ended?: 'withdrawn' | 'refused' | 'short'
  /** Each yes of a centre, and whether it was undone. */
  bookings: { at: number; place: string; isCancelled: boolean }[]
  /** What happened on the way, in order, for a person who asks why. */
  story: string[]
}

/** What the season has counted of all requests. */
export class Ledger {
  readonly entries: Entry[] = []

  /** The first answer to the prescriber counts. */
  answered(entry: Entry, at: number): void {
    entry.answeredAt ??= at
  }

  booked(entry: Entry, at: number, place: string, start: number): void {
    this.answered(entry, at)
    entry.bookings.push({ at, place, isCancelled: false })
    entry.examAt = start
  }

  /** The last yes is undone. */
  lost(entry: Entry, isCancelled: boolean): void {
    const last = entry.bookings.at(-1)
    if (last) last.isCancelled = isCancelled
    delete entry.examAt
  }
}
