import { mayOperate } from '../../auth/gate.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Answer } from '../answer.ts'
import type { Call } from '../call.ts'
import type { Interaction } from '../interactions/interaction.ts'
import { expectOnly, quoted } from '../parameters.ts'
import { operations } from './index.ts'
import { inputOf } from './input.ts'
import { type Definition, isOf } from './operation.ts'

type Level = 'system' | 'type' | 'instance'

/** Where operations are called. */
export const operationRoutes: readonly Interaction[] = [
  { codes: [], method: 'POST', path: '/:operation', handle: (call) => operate(call, 'system') },
  {
    codes: [],
    method: 'POST',
    path: '/:type/:operation',
    handle: (call) => operate(call, 'type'),
    conformance: (call) => operate(call, 'type'),
  },
  { codes: [], method: 'POST', path: '/:type/:id/:operation', handle: (call) => operate(call, 'instance') },
]

async function operate(call: Call, level: Level): Promise<Answer> {
  const { type, operation: code = '' } = call.path
  const found = operations.find(
    ({ definition }) => definition.code === code && isServedAt(definition, level, type),
  )
  if (!found)
    throw failure(
      'not-found',
      `There is no operation ${quoted(`$${code}`)} here. /metadata tells those there are.`,
    )
  mayOperate(call.permit, code, type)
  expectOnly(call.query, ['_count'])
  return found.handle(inputOf(found.definition, await call.resource()), call)
}

function isServedAt(definition: Definition, level: Level, type: string | undefined): boolean {
  return definition[level] && (type === undefined || isOf(definition, type))
}
