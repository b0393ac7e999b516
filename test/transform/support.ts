import type { ConceptMap } from '@medplum/fhirtypes'
import { type Failure, failureOf, type Issue } from '../../src/fhir/outcome.ts'
import { loadMaps, type Transformed } from '../../src/transform/index.ts'
import { type Fault, MapError } from '../../src/transform/map-error.ts'
import type { RunOptions } from '../../src/transform/run.ts'

export const header = 'map "https://example.org/StructureMap/test" = "test"\n'

/** Maps JSON to JSON by rules between `source` and `target`. */
export const rules = (text: string) => `${header}group Main(source src, target tgt) {\n${text}\n}`

/** Maps JSON to a FHIR type by rules between `src` and `tgt`. */
export const into = (type: string, text: string) =>
  `${header}group Main(source src, target tgt : ${type}) {\n${text}\n}`

/** Maps a FHIR type to JSON. */
export const from = (type: string, text: string) =>
  `${header}group Main(source src : ${type}, target tgt) {\n${text}\n}`

export function run(
  text: string,
  input: unknown,
  { conceptMaps = [], ...options }: RunOptions & { conceptMaps?: ConceptMap[] } = {},
): Transformed {
  return loadMaps([{ name: 'test.map', text }], conceptMaps).run('test', input, options)
}

/** What a map makes of an input. */
export const made = (...given: Parameters<typeof run>) => run(...given).target

/** What a run that fails says: case, place and text of each fault. */
export function faultsOf(...given: Parameters<typeof run>): readonly Issue[] {
  try {
    run(...given)
  } catch (thrown) {
    if (thrown instanceof MapError) throw thrown
    const failed: Failure = failureOf(thrown, '1')
    return failed.issues
  }
  throw new Error('The run did not fail.')
}

/** What is wrong with a map: line, column and text. */
export function refusals(text: string, ...others: string[]): Fault[] {
  try {
    loadMaps(
      [{ name: 'test.map', text }, ...others.map((one, at) => ({ name: `other-${at}.map`, text: one }))],
      [],
    )
  } catch (thrown) {
    if (thrown instanceof MapError) return [...thrown.faults]
    throw thrown
  }
  throw new Error('The map was not refused.')
}
