import { Failure, issue } from '../fhir/outcome.ts'

/** A business identifier that another resource carries already. */
export class Duplicate extends Failure {
  /** The resource that carries it: `Type/id`. */
  readonly existing: string

  constructor(existing: string) {
    super([
      issue(
        'duplicate',
        `${existing} has this business identifier already. Update it, or use If-None-Exist.`,
        `${existing.split('/')[0]}.identifier`,
      ),
    ])
    this.existing = existing
  }
}
