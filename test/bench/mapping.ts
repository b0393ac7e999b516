import type { Row } from './measure.ts'
import { transform } from './transform.ts'

/** The mapping engine beside code written by hand for the same message; neither has a wire or a store. */
export async function mapping(): Promise<Row[]> {
  const [map, hand] = await transform()
  return [
    { ...hand, floor: null, floorPerSecond: null, ratio: null },
    { ...map, floor: hand.name, floorPerSecond: hand.perSecond, ratio: map.perSecond / hand.perSecond },
  ].map((row) => ({ ...row, concurrency: 1, slots: 0, errors: 0, conflicts: 0, databaseCpuMs: 0 }))
}
