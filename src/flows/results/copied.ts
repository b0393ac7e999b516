import type { CommunicationRequest, Reference, ServiceRequest } from '@medplum/fhirtypes'
import { extensions, systems } from '../../fhir/canonical.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { referenceTo } from '../booking/states.ts'
import { practicesOf } from '../practices.ts'

/*
 * Who gets a copy of what is said of a request, beside whoever asked for it.
 *
 *   Patient.generalPractitioner                         the treating doctor, wherever one is known
 *   CommunicationRequest, category TRC, basedOn         somebody whom this request names (recipient): by the API, or OBR-28
 *   the same with doNotPerform                          no copy to the treating doctor: of this request (basedOn), or of
 *                                                       any (of the subject alone): the patient's word, or the doctor's
 *
 * TRC: "a secondary information recipient, who receives copies (e.g. a primary care provider …)". Source: HL7 v3
 * ParticipationType. Source: AU eRequesting, copies by a CommunicationRequest; CPTS action sheet B, "respect du parcours
 * de soin".
 */

/** Somebody who gets a copy, and where they practise: for the eyes and systems of these organisations. */
export interface Copy {
  recipient: Reference & { reference: string }
  /** `Organization/<id>` */
  organizations: readonly string[]
}

/** Whoever gets copies of what is said of a request; not who asked for it. */
export async function copiesOf(request: Kept<ServiceRequest>, store: Reader): Promise<readonly Copy[]> {
  const patient = await store.follow(request.subject.reference)
  if (patient?.resourceType !== 'Patient') return []
  const wishes = (await store.search('CommunicationRequest', `subject=${referenceTo(patient)}`)).filter(
    (one) => isAbout(one, request),
  )
  const named: readonly Reference[] = [
    ...(wishes.some(({ doNotPerform }) => doNotPerform) ? [] : (patient.generalPractitioner ?? [])),
    ...wishes.flatMap(({ doNotPerform, recipient = [] }) => (doNotPerform ? [] : recipient)),
  ]
  const asks = await doctorsOf(request.requester, store)
  const found = (await Promise.all(named.map((one) => copyTo(one, store)))).filter((one) => one !== undefined)
  const others = found.filter(({ recipient }) => !asks.includes(recipient.reference))
  return [...new Map(others.map((copy) => [copy.recipient.reference, copy])).values()]
}

/** Whether it is a wish for copies, or for none, and no question to somebody. */
export const isCopyWish = ({ category = [] }: CommunicationRequest): boolean =>
  category.some(({ coding = [] }) => coding.some(isTracker))

/** A wish for copies, or for none, that is in force for this request. */
function isAbout(wish: CommunicationRequest, request: Kept<ServiceRequest>) {
  const { status, basedOn = [] } = wish
  const isHere = basedOn.length === 0 || basedOn.some(({ reference }) => reference === referenceTo(request))
  return status === 'active' && isCopyWish(wish) && isHere
}

const tracker = { system: systems.participation, code: 'TRC' }
const isTracker = ({ system, code }: { system?: string; code?: string }) =>
  system === tracker.system && code === tracker.code

/** The recipients of what is said, with those who get a copy: marked as such. */
export function withCopies<R extends Reference>(recipients: readonly R[], copies: readonly Copy[]): R[] {
  const known = new Set(recipients.map(({ reference }) => reference))
  const added = copies
    .filter(({ recipient }) => !known.has(recipient.reference))
    .map(({ recipient }) => ({
      ...recipient,
      extension: [{ url: extensions.recipientPart, valueCoding: tracker }],
    }))
  return [...recipients, ...(added as R[])] // doctors, roles and organisations, each of which may receive
}

/** Somebody who is named, as the directory knows them; nobody it does not know. */
async function copyTo(named: Reference, store: Reader): Promise<Copy | undefined> {
  const kept = await known(named, store)
  if (!kept) return undefined
  const reference = referenceTo(kept)
  const recipient = { reference, ...(named.display && { display: named.display }) }
  if (kept.resourceType === 'Organization') return { recipient, organizations: [reference] }
  if (kept.resourceType === 'PractitionerRole')
    return { recipient, organizations: [kept.organization?.reference].filter((one) => one !== undefined) }
  if (kept.resourceType !== 'Practitioner') return undefined
  return { recipient, organizations: await practicesOf([reference], store) }
}

/** By a literal reference, else by the number that is said of them. */
async function known({ reference, identifier }: Reference, store: Reader): Promise<Kept | undefined> {
  if (reference !== undefined) return store.follow(reference)
  if (!identifier?.value) return undefined
  return store.identified('Practitioner', identifier.system, identifier.value)
}

/** Whoever asks, as a doctor and in the role: no copy for them. */
async function doctorsOf(requester: Reference | undefined, store: Reader): Promise<string[]> {
  const asking = await store.follow(requester?.reference)
  const own = asking ? [referenceTo(asking)] : []
  return asking?.resourceType === 'PractitionerRole'
    ? [...own, ...(asking.practitioner?.reference ? [asking.practitioner.reference] : [])]
    : own
}
