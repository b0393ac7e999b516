import type { Step } from '../step.ts'
import type { Answer, AnswerFacts } from './answer.ts'
import { answered } from './answered.ts'

/**
 * A question to the centre ends without its yes: it was refused, never got through, or somebody has taken it back. The
 * place is free again. Where the centre has answered meanwhile, by whatever road, its word stands.
 */
export const notTaken: Step<Answer, AnswerFacts> = {
  ...answered,
  name: 'booking.not-taken',
  decide: (answer, facts, at, actor) =>
    facts.known?.status === 'pending' ? answered.decide(answer, facts, at, actor) : {},
}
