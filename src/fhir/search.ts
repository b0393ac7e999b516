/** A search, parsed and checked: what to find, in which order, and what to bring along. */
export interface Search {
  type: string
  count: number
  cursor?: string
}
