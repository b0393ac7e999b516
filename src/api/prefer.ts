/** What the caller would rather have. Source: RFC 7240; FHIR R4, http. */
export interface Preference {
  /** Absent: nothing is said of it. */
  return?: Wanted
  /** Absent: nothing is said of what is not understood. */
  handling?: 'strict' | 'lenient'
  /** Not to be kept waiting. */
  async: boolean
}

type Wanted = 'minimal' | 'representation' | 'OperationOutcome'

/** Reads `Prefer`; what is not understood is left aside, as the RFC has it. */
export function preferenceOf(header: string | undefined): Preference {
  const said = new Map(
    (header ?? '').split(/[,;]/).map((part) => {
      const [name = '', value = ''] = part.split('=').map((each) => each.trim().replaceAll('"', ''))
      return [name.toLowerCase(), value] as const
    }),
  )
  const [wanted, handling] = [said.get('return'), said.get('handling')]
  return {
    ...(isWanted(wanted) && { return: wanted }),
    ...(isHandling(handling) && { handling }),
    async: said.has('respond-async'),
  }
}

const isHandling = (text: string | undefined): text is 'strict' | 'lenient' =>
  text === 'strict' || text === 'lenient'

const isWanted = (text: string | undefined): text is Wanted =>
  text === 'minimal' || text === 'representation' || text === 'OperationOutcome'
