import type {
  Bundle,
  BundleEntry,
  OperationOutcome,
  Patient,
  Resource,
  ServiceRequest,
} from '@medplum/fhirtypes'
import { extensions, systems } from '../../src/fhir/canonical.ts'
import type { Kept } from '../../src/store/index.ts'
import { told } from '../flows/protocol/support.ts'
import type { Caller, Reply } from '../support/gateway.ts'

/** What a referral says, by the catalogue's own codes. */
export interface Said {
  exam: string
  icd10?: string
  answers?: Record<string, string | number>
  patient?: Partial<Patient>
  more?: Partial<ServiceRequest>
  /** What came with it, beside the answers. */
  with?: readonly Resource[]
}

let last = 0

/** Refers a patient by FHIR, whole, in one transaction; comes back with the request as it is kept. */
export async function refers(caller: Caller, said: Said): Promise<Kept<ServiceRequest>> {
  const reply = await sends(caller, said)
  if (reply.status !== 200) throw new Error(`HTTP ${reply.status}: ${JSON.stringify(reply.body)}`)
  const at = (reply.body as Bundle).entry
    ?.map(({ response }) => response?.location ?? '')
    .find((location) => location.includes('ServiceRequest/'))
  return caller.get(`ServiceRequest/${/ServiceRequest\/([^/]+)/.exec(at ?? '')?.[1]}`)
}

export function sends(caller: Caller, { exam, icd10, answers = {}, patient, more, with: others = [] }: Said) {
  const number = `C-${++last}-${Date.now().toString(36)}`
  const observations = told(answers).map((one) => ({ ...one, subject: { reference: 'urn:uuid:patient' } }))
  const supporting = [...observations, ...others]
  const entries: [string, Resource][] = [
    [
      'patient',
      {
        resourceType: 'Patient',
        identifier: [
          {
            system: 'urn:oid:1.2.250.1.999.7',
            value: `IPP-${number}`,
            type: { coding: [{ system: systems.identifierType, code: 'PI' }] },
          },
        ],
        name: [{ use: 'official', family: `ESSAI ${number}`, given: ['ALIX'] }],
        gender: 'female',
        birthDate: '1990-03-28',
        ...patient,
      },
    ],
    ...supporting.map((one, n): [string, Resource] => [`supporting-${n}`, one]),
    [
      'request',
      {
        resourceType: 'ServiceRequest',
        identifier: [
          {
            system: 'urn:oid:1.2.250.1.999.1',
            value: number,
            type: { coding: [{ system: systems.identifierType, code: 'PLAC' }] },
          },
        ],
        status: 'active',
        intent: 'order',
        priority: 'urgent',
        code: { coding: [{ system: systems.exam, code: exam }], text: exam },
        subject: { reference: 'urn:uuid:patient' },
        ...(icd10 !== undefined && {
          reasonCode: [{ coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: icd10 }] }],
        }),
        note: [
          { text: 'Rechercher une cause', extension: [{ url: extensions.noteKind, valueCode: 'purpose' }] },
          { text: 'Douleur', extension: [{ url: extensions.noteKind, valueCode: 'justification' }] },
        ],
        ...(supporting.length > 0 && {
          supportingInfo: supporting.map((_, n) => ({ reference: `urn:uuid:supporting-${n}` })),
        }),
        ...more,
      },
    ],
  ]
  const names = new Map(entries.map(([name], n) => [`urn:uuid:${name}`, uuid(n)]))
  const named = (text: string) =>
    [...names].reduce((all, [name, id]) => all.replaceAll(`"${name}"`, `"urn:uuid:${id}"`), text)
  const entry: BundleEntry[] = entries.map(([, resource], n) => ({
    fullUrl: `urn:uuid:${uuid(n)}`,
    resource: JSON.parse(named(JSON.stringify(resource))),
    request: { method: 'POST', url: resource.resourceType },
  }))
  return caller.call<Bundle | OperationOutcome>('POST', '', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry,
  })
}

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** What the issues of an answer say. */
export const issueTexts = ({ body }: Reply<unknown>): string[] =>
  ((body as OperationOutcome).issue ?? []).map(
    ({ details, diagnostics }) => details?.text ?? diagnostics ?? '',
  )
