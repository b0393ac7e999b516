/** What a proposal stands for: a slot, and the request it was found for. */
export interface Proposal {
  slot: string
  /** Of a place that is made of several slots: how long it is with those that are joined to the first. */
  minutes?: number
  request?: string
}

/** Two UUIDs, and how long a joined place is: a third slot would not fit, and does not have to. */
const shape = /^p([1-9]\d{0,3})?\.(.+)$/

/**
 * The id of a proposed Appointment. It is computed and nothing is kept, so it can be resolved again on any gateway:
 * `p.` or, when slots are joined, `p<minutes>.`, and the two UUIDs in base 36, which fits FHIR's 64 characters.
 */
export function proposalId({ slot, minutes, request }: Proposal): string {
  return [`p${minutes ?? ''}`, ...[slot, ...(request ? [request] : [])].map(packed)].join('.')
}

/** What a proposal's id stands for; undefined when it is not such an id. */
export function proposalOf(id: string): Proposal | undefined {
  const [, minutes, uuids] = shape.exec(id) ?? []
  const [slot, request, ...rest] = uuids?.split('.').map(unpacked) ?? []
  if (!slot || rest.length > 0) return undefined
  return { slot, ...(minutes && { minutes: Number(minutes) }), ...(request && { request }) }
}

function packed(uuid: string): string {
  return BigInt(`0x${uuid.replaceAll('-', '')}`).toString(36)
}

function unpacked(text: string): string | undefined {
  if (!/^[0-9a-z]{1,25}$/.test(text)) return undefined
  const value = [...text].reduce((sum, digit) => sum * 36n + BigInt(Number.parseInt(digit, 36)), 0n)
  const hex = value.toString(16).padStart(32, '0')
  if (hex.length > 32) return undefined
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
