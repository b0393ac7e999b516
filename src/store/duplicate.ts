import { Failure, issue } from '../fhir/outcome.ts'

/** Another has made what a condition found missing: whoever looks again finds it. */
export class Overtaken extends Failure {
  constructor() {
    super([issue('lock-error', 'Another was quicker to make what fits the condition. Send it again.')])
  }
}

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
