import type { CommunicationRequest, Resource, ServiceRequest, Task } from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { referenceTo } from '../booking/states.ts'
import type { Moment, Plan } from '../step.ts'
import { isOfRequest } from '../task.ts'
import { askedAbout, questionsAbout } from './around.ts'
import { askedIdOf, isByCell, isWaitingForAnswers, resumed } from './judged.ts'

/*
 * Somebody of the cell asks the prescriber something in words of their own: a CommunicationRequest, and the Task on hold.
 * A word of the prescriber's about the request is the answer, to all such questions unless its `basedOn` names some; the
 * Task goes on when no other is left, nor anything that the protocol asks.
 */

/** What is open about a request when its prescriber says a word of it. */
export interface Questioned {
  questions: readonly Kept<CommunicationRequest>[]
  /** What the protocol asks. */
  asked: Kept<CommunicationRequest> | undefined
  task: Kept<Task> | undefined
}

/** Reads what is open about a request. */
export async function questioned(request: Kept<ServiceRequest>, store: Reader): Promise<Questioned> {
  const [questions, asked, tasks] = await Promise.all([
    questionsAbout(request, store),
    askedAbout(request, store),
    store.search('Task', `focus=${referenceTo(request)}`),
  ])
  return { questions, asked, task: tasks.find(isOfRequest) }
}

/** The questions about a request that are open still after these words. */
export const unanswered = (
  questions: readonly Kept<CommunicationRequest>[],
  request: Kept<ServiceRequest>,
  words: readonly Resource[],
  actor: Actor,
): Kept<CommunicationRequest>[] =>
  questions.filter((one) => !words.some((word) => isAnswer(word, one, request, actor)))

function isAnswer(
  word: Resource,
  question: Kept<CommunicationRequest>,
  request: Kept<ServiceRequest>,
  { role }: Actor,
): boolean {
  // What the protocol asks is answered by values.
  if (role !== 'prescriber' || question.id === askedIdOf(request.id)) return false
  if (word.resourceType !== 'Communication' || word.status !== 'completed') return false
  const about = (word.basedOn ?? []).map(({ reference }) => reference)
  const named = about.filter((reference) => reference?.startsWith('CommunicationRequest/'))
  return named.length > 0 ? named.includes(referenceTo(question)) : about.includes(referenceTo(request))
}

/** The questions that these words answer are completed; with the last one the Task goes on. What is `sent` along is written by others. */
export function answering(
  { questions, asked, task }: Questioned,
  request: Kept<ServiceRequest>,
  words: readonly Resource[],
  sent: ReadonlySet<string>,
  at: Moment,
  actor: Actor,
): Plan {
  const left = unanswered(questions, request, words, actor)
  const done = questions.filter((one) => !left.includes(one) && !sent.has(referenceTo(one)))
  if (left.length === questions.length) return {}
  const isDone = asked?.status !== 'active' && !left.some((one) => isByCell(one, at))
  const next = isDone && task && isWaitingForAnswers(task) && !sent.has(referenceTo(task)) ? [task] : []
  return {
    write: [
      ...done.map((one) => ({ ...one, status: 'completed' as const })),
      ...next.map((one) => resumed(one, at)),
    ],
  }
}
