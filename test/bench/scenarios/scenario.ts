import type { Line } from '../lines.ts'
import type { World } from '../world.ts'

/** One kind of request, measured over the wire. */
export interface Scenario<Order = unknown> {
  name: string
  /** Name of what it is held against: the least that any server does for such a request. */
  floor?: string
  /** Asks for slots: is measured again when there are many more of them. */
  bySlots?: true
  /** Whose processor time is counted. */
  server: 'gateway' | 'floors'
  /** What the driver must know: goes to its process as JSON. */
  order(world: World): Promise<Order>
  /** In the driver: opens the line of one client. */
  line(order: Order): Promise<Line>
  /** In the driver: the next request; `n` is never the same twice in one run. Undefined: nothing is left to ask for. */
  request(order: Order, n: number): Buffer | undefined
  /** In the driver: what is asked next when the first answer is right; the two are timed as one. */
  follows?(order: Order, answer: { status: number; body: string }): Buffer | undefined
  /** Whether an answer is the one that is wanted. */
  isRight(answer: { status: number; body: string }): boolean
}

/** An address as it goes to the driver. */
export interface Where {
  host: string
  port: number
}
