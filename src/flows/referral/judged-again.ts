import type { Patient, Resource, ServiceRequest } from '@medplum/fhirtypes'
import { sees } from '../../auth/gate.ts'
import { failure } from '../../fhir/outcome.ts'
import { dayIn } from '../../fhir/zone.ts'
import type { Kept, Reader } from '../../store/index.ts'
import type { Judgement } from '../protocol/judgement.ts'
import { protocolsIn } from '../protocol/kept.ts'
import { type Protocol, protocolOf, protocolOn } from '../protocol/protocol.ts'
import type { Desk } from '../step.ts'
import { supportingOf } from './around.ts'
import { flagCodesOf, flagsOf, type Submitted } from './flags.ts'
import { judgementOf } from './judged.ts'

/** What is judged without being kept: a request that somebody is about to make. */
export interface Draft {
  request: ServiceRequest
  patient: Patient | undefined
  supporting: readonly Resource[]
}

/**
 * A request that is kept, judged as it is now by a version of the protocol, or by the one in force. Nothing is written.
 *
 * Fails: not-found for the request, or for the version.
 */
export async function judgeAgain(
  request: string,
  version: string | undefined,
  desk: Desk,
): Promise<Judgement> {
  const submitted = await submittedAs(request, desk)
  return judgeDraft(submitted, version, desk)
}

/** The same for what is not kept, yet. Fails: not-found for the version. */
export async function judgeDraft(draft: Draft, version: string | undefined, desk: Desk): Promise<Judgement> {
  const now = desk.clock().toISOString()
  const at = { now, territory: desk.territory }
  const submitted: Submitted = { unmapped: false, ...draft }
  const protocol = await protocolMeant(version, desk, now)
  const judgement = judgementOf(submitted, flagsOf(submitted, at), at, protocol)
  if (judgement) return judgement
  throw failure('not-found', 'The territory has no entry protocol in force.')
}

/** A version that was written a moment ago is in the store before every gateway has heard of it. */
async function protocolMeant(
  version: string | undefined,
  { territory, store }: Desk,
  now: string,
): Promise<Protocol | undefined> {
  const { protocols: heard = [] } = territory
  if (version === undefined) return protocolOn(dayIn(territory.zone, now), heard)
  const before = protocolOf(version, heard)
  if (before) return before
  const { protocols } = await protocolsIn(store.reader())
  const found = protocolOf(version, protocols)
  if (found) return found
  const known = protocols.map((one) => one.version).join(', ')
  throw failure('not-found', `There is no such version of the entry protocol. Known: ${known}.`, 'version')
}

async function submittedAs(id: string, { store, actor }: Desk): Promise<Submitted> {
  const reader = store.reader()
  const reference = `ServiceRequest/${id}`
  const [request, keys] = await Promise.all([reader.read('ServiceRequest', id), reader.sight(reference)])
  if (!request || !sees(actor, keys)) throw failure('not-found', `There is no ${reference}.`)
  const [patient, supporting] = await Promise.all([patientOf(request, reader), supportingOf(request, reader)])
  return { request, patient, supporting, unmapped: flagCodesOf(request).includes('unmapped-code') }
}

async function patientOf({ subject }: ServiceRequest, reader: Reader): Promise<Kept<Patient> | undefined> {
  const found = await reader.follow(subject.reference)
  return found?.resourceType === 'Patient' ? found : undefined
}
