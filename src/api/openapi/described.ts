import type { Code, Interaction } from '../interactions/interaction.ts'

/** What is told of one operation at one path. */
export interface Described {
  summary: string
  hasBody?: boolean
  parameters?: readonly object[]
  /** Its query has the search parameters of its type. */
  searches?: boolean
}

/** What each interaction of FHIR is, of a type or of all. */
const summaries: Readonly<Record<Code, string>> = {
  read: 'Read the current version',
  vread: 'Read one version',
  update: 'Replace by a next version',
  patch: 'Change in part: JSON Patch or FHIRPath Patch',
  delete: 'Delete',
  'history-instance': 'All versions',
  'history-type': 'Changes of the type',
  'history-system': 'Changes of all types',
  create: 'Create; with If-None-Exist unless it is there',
  'search-type': 'Search',
  transaction: 'A transaction or a batch',
  batch: 'A transaction or a batch',
  'search-system': 'Search several types',
}

/** Interactions that are another way to ask for one of FHIR's: method and path → what is asked. */
const others: Readonly<Record<string, string>> = {
  'POST /_search': 'Search several types, with the parameters in a form',
  'POST /:type/_search': 'Search, with the parameters in a form',
  'PUT /:type': 'Replace the one that fits a search, or create it',
  'PATCH /:type': 'Change in part the one that fits a search',
  'DELETE /:type': 'Delete what fits a search',
}

/** What an interaction does, in words. */
export function described({ codes, method, path }: Interaction, type: string | undefined): Described {
  const [code] = codes
  const said = code ? summaries[code] : (others[`${method} ${path}`] ?? `${method} ${path}`)
  const isSearch =
    code === 'search-type' || code === 'search-system' || (path === '/:type' && code === undefined)
  return {
    summary: type === undefined ? said : `${said} (${type})`,
    ...(method !== 'GET' && method !== 'DELETE' && { hasBody: true }),
    ...(isSearch && { searches: true }),
  }
}

const outcome = { 'application/fhir+json': { schema: { $ref: '#/components/schemas/Resource' } } }

/** What every request may be answered with. */
export const answers = {
  Fine: { description: 'A resource, a Bundle, or nothing.', content: outcome },
  Refused: { description: 'An OperationOutcome: what is wrong, where, and what to do.', content: outcome },
  Failed: { description: 'An OperationOutcome with a number to tell the operator.', content: outcome },
}
