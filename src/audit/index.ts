import type { AuditEvent, AuditEventEntity, Coding, Provenance, Resource } from '@medplum/fhirtypes'
import { canonical } from '../fhir/canonical.ts'
import { patientsOf } from './patients.ts'

/** On whose behalf something was done. */
export interface Doer {
  /** The client's id. */
  client: string
  name: string
  /** `Organization/<id>` that the client belongs to. */
  organization?: string
  /** `Practitioner/<id>` of the person who acted, where somebody had signed in. */
  person?: string
}

/** What a step changed. */
export interface Change {
  actor: Doer
  /** Name of the step: `referral.received`. */
  step: string
  written: readonly Versioned[]
  removed: readonly { type: string; id: string }[]
  /** Instant. */
  at: string
  requestId?: string
}

/** A resource with the version it now has. */
export type Versioned = Resource & { id: string; meta: { versionId: string } }

/** Who changed what, and of whom: one AuditEvent a step. Source: FHIR R4 AuditEvent; ISO 21089 lifecycle events. */
export function auditOf({ actor, step, written, removed, at, requestId }: Change): AuditEvent {
  const action = actionOf(written, removed)
  const patients = [...new Set(written.flatMap(patientsOf))]
  return {
    resourceType: 'AuditEvent',
    type: lifecycle[action],
    subtype: [{ system: `${canonical}/CodeSystem/step`, code: step }],
    action,
    recorded: at,
    outcome: '0',
    agent: agentsOf(actor),
    source: sourceOf,
    entity: [
      ...written.map((resource) => changed(versioned(resource), requestId)),
      ...removed.map(({ type, id }) => changed(`${type}/${id}`, requestId)),
      ...patients.map(patientEntity),
    ],
  }
}

/** Which message made which versions. Source: FHIR R4 Provenance. */
export function provenanceOf({ actor, written, at, row, kind }: Origin): Provenance {
  return {
    resourceType: 'Provenance',
    target: written.map((resource) => ({ reference: versioned(resource) })),
    recorded: at,
    activity: { coding: [written.every(isNew) ? operation('CREATE') : operation('UPDATE')] },
    agent: [
      {
        type: { coding: [participant('author')] },
        who: whoOf(actor),
        ...(actor.organization !== undefined && { onBehalfOf: { reference: actor.organization } }),
      },
      { type: { coding: [participant('assembler')] }, who: { display: 'Relais' } },
    ],
    entity: [
      {
        role: 'source',
        what: { identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${row}` }, display: kind },
      },
    ],
  }
}

export interface Origin {
  actor: Doer
  written: readonly Versioned[]
  /** Instant. */
  at: string
  /** UUID of the message's row. */
  row: string
  /** What kind of message: `ORM^O01`. */
  kind: string
}

/** Who acted, under the id and name of its client: a person and the organisation it acted for, or the organisation. */
export function agentsOf(actor: Doer): AuditEvent['agent'] {
  const organization = actor.organization === undefined ? undefined : { reference: actor.organization }
  const named = { altId: actor.client, name: actor.name, requestor: true }
  if (actor.person === undefined) return [{ who: organization ?? whoOf(actor), ...named }]
  const person = { who: { reference: actor.person }, ...named }
  return organization ? [person, { who: organization, requestor: false }] : [person]
}

/** The gateway, as the one who saw it. */
export const sourceOf: AuditEvent['source'] = {
  observer: { display: 'Relais' },
  type: [{ system: 'http://terminology.hl7.org/CodeSystem/security-source-type', code: '4' }],
}

/** An entity of an AuditEvent: a resource, by its reference. */
export function resourceEntity(reference: string): AuditEventEntity {
  if (reference.startsWith('Patient/')) return { ...patientEntity(reference) }
  return { what: { reference }, type: entityType('2'), role: entityRole('4') }
}

const lifecycle: Record<'C' | 'U' | 'D' | 'E', Coding> = {
  C: iso21089('originate', 'Originate/Retain Record Lifecycle Event'),
  U: iso21089('amend', 'Amend (Update) Record Lifecycle Event'),
  D: iso21089('destroy', 'Destroy/Delete Record Lifecycle Event'),
  E: iso21089('transform', 'Transform/Translate Record Lifecycle Event'),
}

/** One verb when the step did one thing, execute when it did several. */
function actionOf(written: Change['written'], removed: Change['removed']): 'C' | 'U' | 'D' | 'E' {
  if (written.length === 0) return 'D'
  if (removed.length > 0) return 'E'
  if (written.every(isNew)) return 'C'
  return written.some(isNew) ? 'E' : 'U'
}

const isNew = ({ meta }: Versioned): boolean => meta.versionId === '1'

const versioned = ({ resourceType, id, meta }: Versioned): string =>
  `${resourceType}/${id}/_history/${meta.versionId}`

function changed(reference: string, requestId: string | undefined): AuditEventEntity {
  const number = requestId === undefined ? {} : { detail: [{ type: 'request', valueString: requestId }] }
  return { ...resourceEntity(reference), ...number }
}

const patientEntity = (reference: string): AuditEventEntity => ({
  what: { reference },
  type: entityType('1'),
  role: entityRole('1'),
})

const whoOf = ({ client, name, person }: Doer) => ({
  ...(person !== undefined && { reference: person }),
  identifier: { system: `${canonical}/NamingSystem/client`, value: client },
  display: name,
})

function iso21089(code: string, display: string): Coding {
  return { system: 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle', code, display }
}

const entityType = (code: string): Coding => ({
  system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type',
  code,
})

const entityRole = (code: string): Coding => ({
  system: 'http://terminology.hl7.org/CodeSystem/object-role',
  code,
})

const operation = (code: string): Coding => ({
  system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation',
  code,
})

const participant = (code: string): Coding => ({
  system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
  code,
})
