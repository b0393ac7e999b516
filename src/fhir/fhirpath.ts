import type { Model } from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4/index.js'

/** What fhirpath.js has to know of R4. Its own declaration of this model predates exact optional properties. */
export const model = r4 as unknown as Model
