import type { Resource } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { appointmentByApi } from '../booking/by-api.ts'
import { answerByApi } from '../referral/answer-by-api.ts'
import { askedByApi } from '../referral/asked-by-api.ts'
import { requestByApi } from '../referral/by-api.ts'
import { commentByApi } from '../results/by-api.ts'
import { diaryByApi } from '../slots/by-api.ts'
import type { Moment, Plan } from '../step.ts'
import { taskByApi } from '../work/by-api.ts'
import type { Change } from './change.ts'

/** A change with the resource as it is now; absent when it is created. */
export type Seen = Change & { before: Kept | undefined }

/**
 * What else happens when resources of one type are changed through the API.
 *
 * It decides in place of plain writing: its plan writes the changes given to it under the ids they have, and whatever
 * comes with them. The rest of the same bundle is given as context and is written by others.
 */
export interface Hook<Facts> {
  /** The resource in the form in which it is kept: what is validated is what is written. */
  prepare?(resource: Resource): Resource
  facts(changes: readonly Seen[], all: readonly Seen[], store: Reader, actor: Actor): Promise<Facts>
  decide(changes: readonly Seen[], all: readonly Seen[], facts: Facts, at: Moment, actor: Actor): Plan
}

/** A hook whose facts only it knows. */
export interface BoundHook {
  prepare?(resource: Resource): Resource
  facts(changes: readonly Seen[], all: readonly Seen[], store: Reader, actor: Actor): Promise<Bound>
}

/** What a hook decides, once its facts are read. */
export type Bound = (at: Moment, actor: Actor) => Plan

/** A hook as the table below keeps it: `hook(referralByApi)`. */
export function hook<Facts>({ prepare, facts, decide }: Hook<Facts>): BoundHook {
  return {
    ...(prepare && { prepare }),
    async facts(changes, all, store, actor) {
      const known = await facts(changes, all, store, actor)
      return (at) => decide(changes, all, known, at, actor)
    },
  }
}

/** Types whose change through the API is more than a change: type → hook. All others are written plainly. */
export const hooks: Readonly<Record<string, BoundHook>> = {
  ServiceRequest: hook(requestByApi),
  Observation: hook(answerByApi),
  Slot: hook(diaryByApi),
  Schedule: hook(diaryByApi),
  Appointment: hook(appointmentByApi),
  QuestionnaireResponse: hook(answerByApi),
  Task: hook(taskByApi),
  Communication: hook(commentByApi),
  CommunicationRequest: hook(askedByApi),
  DiagnosticReport: hook(commentByApi),
}
