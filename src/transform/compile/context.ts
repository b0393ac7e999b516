import type { ConceptMaps, Translator } from '../concept-map.ts'
import type { At, Group, Literal, MapFile, Named } from '../language/syntax.ts'
import type { Run } from '../run.ts'
import type { Shape } from '../shapes/shape.ts'

/** A group, and the file whose names it sees. */
export interface Home {
  group: Group
  unit: Unit
}

/** One file while it is compiled: its names, and where its faults go. */
export interface Unit {
  readonly map: MapFile
  readonly groups: ReadonlyMap<string, Home>
  readonly conceptMaps: ConceptMaps
  readonly constants: ReadonlyMap<string, Literal['value']>
  fault(at: At, text: string): void
  /** The shape of a type by its alias or name; tells a fault when there is none. */
  shape(type: Named): Shape
  translator(url: string): Translator | undefined
  /** A group, ready to be invoked with arguments of these shapes. */
  invoke(home: Home, shapes: readonly Shape[]): Ready
}

/** A group that can be invoked, once all have been read. */
export interface Ready {
  /** Runs it with its arguments, in the order of its parameters. */
  invoke(run: Run, ...given: unknown[]): void
}

/** The nearest of the names that there are, for whoever has misspelt one: ` Did you mean "x"?` */
export function nearest(name: string, names: Iterable<string>): string {
  let best: string | undefined
  let least = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    const far = distance(name.toLowerCase(), candidate.toLowerCase(), least)
    if (far < least) [best, least] = [candidate, far]
  }
  return best === undefined ? '' : ` Did you mean "${best}"?`
}

/** Levenshtein's, given up at `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? limit
}
