import { Failure, failures } from '../../fhir/outcome.ts'

/**
 * What becomes of each thing that was asked for; what several entries of a bundle fail with is told together.
 *
 * Each fault is told with the entry that it is of: what is wrong in a condition stands in no resource.
 */
export async function allOf<Asked extends { place?: string }, Made>(
  asked: readonly Asked[],
  of: (each: Asked) => Promise<Made>,
): Promise<Made[]> {
  const settled = await Promise.allSettled(asked.map(of))
  const faults = settled.flatMap((one, index) => {
    if (one.status === 'fulfilled') return []
    const { place } = asked[index] ?? {}
    if (!(one.reason instanceof Failure) || place === undefined) throw one.reason
    return one.reason.issues.map((each) =>
      each.expression?.startsWith(place) ? each : { ...each, expression: place },
    )
  })
  if (faults.length > 0) throw failures(faults)
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
}
