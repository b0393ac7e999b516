import type { AuditEvent } from '@medplum/fhirtypes'
import { agentsOf, type Doer, sourceOf } from './index.ts'

/** Somebody came or went. */
export interface SignIn {
  what: 'signed-in' | 'signed-out' | 'refused'
  /** Absent when the provider vouched for somebody who is not known here. */
  who?: Doer
  /** Instant. */
  at: string
}

/** Who signed in and out. Source: FHIR R4 AuditEvent; DICOM PS3.15 A.5.3.12, User Authentication. */
export function signInAudit({ what, who, at }: SignIn): AuditEvent {
  const [code, display] = what === 'signed-out' ? ['110123', 'Logout'] : ['110122', 'Login']
  return {
    resourceType: 'AuditEvent',
    type: { ...dicom, code: '110114', display: 'User Authentication' },
    subtype: [{ ...dicom, code, display }],
    action: 'E',
    recorded: at,
    outcome: what === 'refused' ? '4' : '0',
    agent: who ? agentsOf(who) : [{ name: 'unknown person', requestor: true }],
    source: sourceOf,
  }
}

const dicom = { system: 'http://dicom.nema.org/resources/ontology/DCM' }
