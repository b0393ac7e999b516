import type { Message, Segment } from './message.ts'

/** Every filled field of a message by its place: `ORC-2`, and `OBX[3]-5` when there are several of the segment. */
export function filledFields(message: Message): string[] {
  const totals = Map.groupBy(message.segments, ({ name }) => name)
  return message.segments.flatMap((segment) => {
    const alike = totals.get(segment.name) ?? []
    const name = alike.length > 1 ? `${segment.name}[${alike.indexOf(segment) + 1}]` : segment.name
    return filledOf(segment).map((at) => `${name}-${at}`)
  })
}

function filledOf({ fields }: Segment): number[] {
  return fields.flatMap((repetitions, at) => (repetitions.flat(2).some((value) => value !== '') ? [at] : []))
}
