import type { Reference, Task } from '@medplum/fhirtypes'
import { canonical } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import { claimNext, claim as claimTask, giveBack, handOver } from '../../flows/work/index.ts'
import type { Answer } from '../answer.ts'
import { answer } from '../answer.ts'
import { type Call, idOf } from '../call.ts'
import { type Definition, operation } from './operation.ts'

const about = (
  code: 'claim' | 'give-back' | 'hand-over',
  title: string,
  description: string,
): Omit<Definition, 'parameter'> => ({
  resourceType: 'OperationDefinition',
  id: `task-${code}`,
  url: `${canonical}/OperationDefinition/task-${code}`,
  name: title.replaceAll(/\W/g, ''),
  title,
  status: 'active',
  kind: 'operation',
  description,
  affectsState: true,
  code,
  resource: ['Task'],
  system: false,
  type: code === 'claim',
  instance: true,
})

const returned = { use: 'out', name: 'return', type: 'Task', min: 1, max: '1' } as const

/** Takes a request from the pool: this one, or the most urgent there is. */
export const claim = operation<object>({
  definition: {
    ...about(
      'claim',
      'Claim a request',
      'On a Task: this one. On the type: the most urgent of the pool; 404 when it is empty. Two never get the same.',
    ),
    parameter: [returned],
  },
  async handle(_, call) {
    const desk = call.house.desk(call.permit.actor)
    if (call.path.id !== undefined) return taskAnswer(await claimTask(named(call), desk))
    const next = await claimNext(desk)
    if (next) return taskAnswer(next)
    throw failure('not-found', 'Nothing waits in the pool.', 'Task')
  },
})

/** Puts a request back into the pool. */
export const giveBackOperation = operation<object>({
  definition: {
    ...about('give-back', 'Give a request back', 'It is again for whoever comes first.'),
    parameter: [returned],
  },
  handle: async (_, call) => taskAnswer(await giveBack(named(call), call.house.desk(call.permit.actor))),
})

/** Hands a request over to somebody of the cell. */
export const handOverOperation = operation<{ to: Reference }>({
  definition: {
    ...about('hand-over', 'Hand a request over', 'From one person to another.'),
    parameter: [{ use: 'in', name: 'to', type: 'Reference', min: 1, max: '1' }, returned],
  },
  async handle({ to }, call) {
    if (!/^(Practitioner|PractitionerRole)\//.test(to.reference ?? '') && !to.identifier) {
      throw failure(
        'value',
        'Hand it over to a Practitioner, by reference or identifier.',
        'Parameters.parameter',
      )
    }
    const owner = to as NonNullable<Task['owner']> // as was just seen
    return taskAnswer(await handOver({ ...named(call), to: owner }, call.house.desk(call.permit.actor)))
  },
})

/** The Task of the URL, in the version that `If-Match` names. */
function named(call: Call): { task: string; version?: string } {
  const version = /^W\/"(\d+)"$/.exec(call.header('if-match') ?? '')?.[1]
  return { task: idOf(call), ...(version !== undefined && { version }) }
}

const taskAnswer = (task: Task): Answer => answer(task)
