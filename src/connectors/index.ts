import type { Connector } from './connector.ts'
import { fhir } from './fhir/index.ts'
import { file } from './file/index.ts'
import { json } from './json/index.ts'
import { manual } from './manual/index.ts'
import { mllp } from './mllp/index.ts'

/** Every kind of partner that the gateway can speak with. */
export const connectors: Readonly<Record<string, Connector>> = { fhir, file, json, manual, mllp }
