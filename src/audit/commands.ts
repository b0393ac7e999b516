import type { AuditEvent } from '@medplum/fhirtypes'
import { canonical } from '../fhir/canonical.ts'
import { sourceOf } from './index.ts'

/** What was done by the command line. */
export interface Commanded {
  /** The account under which it ran. */
  user: string
  /** What was done: `client.disabled`. */
  step: string
  /** What it was done to: `client ehr`, `message <row>`. */
  subject: string
  /** Instant. */
  at: string
}

/** Who did what by the command line. Source: FHIR R4 AuditEvent; DICOM PS3.15 A.5.3.1, Application Activity. */
export function commandAudit({ user, step, subject, at }: Commanded): AuditEvent {
  return {
    resourceType: 'AuditEvent',
    type: {
      system: 'http://dicom.nema.org/resources/ontology/DCM',
      code: '110100',
      display: 'Application Activity',
    },
    subtype: [{ system: `${canonical}/CodeSystem/step`, code: step }],
    action: 'E',
    recorded: at,
    outcome: '0',
    agent: [{ altId: user, name: 'command line', requestor: true }],
    source: sourceOf,
    entity: [{ what: { display: subject } }],
  }
}
