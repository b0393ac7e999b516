import type { Patient, ServiceRequest, Timing } from '@medplum/fhirtypes'
import type { Kept } from '../../../store/index.ts'

/** What is looked for. Dates or instants, of which a last day belongs to it; tokens as `system|code`. Of a list any will do, and all that is not empty counts. */
export interface Wish {
  start: string
  end: string
  request?: Kept<ServiceRequest>
  /** Other requests, of the same visit. */
  companions?: readonly Kept<ServiceRequest>[]
  /** `Patient/<id>`, when there is no request; several take part together. */
  patients?: readonly string[]
  /** Whoever is not known here, as told. */
  patient?: Patient
  /** Exams or modalities. */
  exams: readonly string[]
  /** Exams or modalities that are to be had in the same visit, beside that. */
  together?: readonly string[]
  /** The first is preferred. */
  specialties?: readonly string[]
  practitioners?: readonly string[]
  /** Centres and places, `Organization/<id>` and `Location/<id>`. */
  organizations: readonly string[]
  locations: readonly string[]
  /** Names, towns or postal codes. */
  places?: readonly string[]
  reasons?: readonly string[]
  timing?: Timing
  /** Centres of networks of insurance plans; absent: whichever. */
  networks?: ReadonlySet<string>
  count: number
}
