import type { AuditEvent } from '@medplum/fhirtypes'
import { canonical } from '../fhir/canonical.ts'
import { sourceOf } from './index.ts'

/** What was done by the command line, or by whoever runs the gateway through its API. */
export interface Commanded {
  /** The account under which the command line ran, or the person who asked. */
  user: string
  /** Through what: the command line, unless it is a client's name. */
  through?: string
  /** What was done: `client.disabled`. */
  step: string
  /** What it was done to: `client ehr`, `message <row>`. */
  subject: string
  /** Instant. */
  at: string
}

/** Who did what by the command line, or by steering. Source: FHIR R4 AuditEvent; DICOM PS3.15 A.5.3.1, Application Activity. */
export function commandAudit({ user, through = 'command line', step, subject, at }: Commanded): AuditEvent {
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
    agent: [{ altId: user, name: through, requestor: true }],
    source: sourceOf,
    entity: [{ what: { display: subject } }],
  }
}
