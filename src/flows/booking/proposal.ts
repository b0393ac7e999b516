/** What a proposal stands for: a slot, and the request it was found for. */
export interface Proposal {
  slot: string
  request?: string
}

const mark = 'p.'

/**
 * The id of a proposed Appointment. It is computed and nothing is kept, so it can be resolved again on any gateway:
 * the two UUIDs in base 36, which fits FHIR's 64 characters.
 */
export function proposalId({ slot, request }: Proposal): string {
  return mark + [slot, ...(request ? [request] : [])].map(packed).join('.')
}

/** What a proposal's id stands for; undefined when it is not such an id. */
export function proposalOf(id: string): Proposal | undefined {
  if (!id.startsWith(mark)) return undefined
  const [slot, request, ...rest] = id.slice(mark.length).split('.').map(unpacked)
  if (!slot || rest.length > 0) return undefined
  return { slot, ...(request && { request }) }
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
