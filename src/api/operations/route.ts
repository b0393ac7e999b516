import { mayOperate } from '../../auth/gate.ts'
import { failure } from '../../fhir/outcome.ts'
import type { Answer } from '../answer.ts'
import type { Call, PathParts } from '../call.ts'
import type { Interaction } from '../interactions/interaction.ts'
import { expectOnly, quoted } from '../parameters.ts'
import { inputOf } from './input.ts'
import { type AnyOperation, type Definition, isOf } from './operation.ts'

type Level = 'system' | 'type' | 'instance'

/** Where the operations of a list are called. */
export function operationRoutesOf(operations: readonly AnyOperation[]): readonly Interaction[] {
  const routeAt = (level: Level): Omit<Interaction, 'path'> => ({
    codes: [],
    method: 'POST',
    handle: (call) => operate(operations, call, level),
    isThere: (parts) => served(operations, parts, level) !== undefined,
  })
  return [
    { ...routeAt('system'), path: '/:operation' },
    {
      ...routeAt('type'),
      path: '/:type/:operation',
      conformance: (call) => operate(operations, call, 'type'),
    },
    { ...routeAt('instance'), path: '/:type/:id/:operation' },
  ]
}

const served = (operations: readonly AnyOperation[], { operation, type }: PathParts, level: Level) =>
  operations.find(({ definition }) => definition.code === operation && isServedAt(definition, level, type))

async function operate(operations: readonly AnyOperation[], call: Call, level: Level): Promise<Answer> {
  const { type, operation: code = '' } = call.path
  const found = served(operations, call.path, level)
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
