import { mayOperate } from '../../auth/gate.ts'
import { Denial } from '../../auth/permit.ts'
import { Failure, failure } from '../../fhir/outcome.ts'
import type { Answer } from '../answer.ts'
import type { Call, PathParts } from '../call.ts'
import type { Interaction } from '../interactions/interaction.ts'
import { expectOnly, quoted } from '../parameters.ts'
import { graver, WrongMethod } from '../told.ts'
import { besideIn, inputIn, inputOf } from './input.ts'
import { type AnyOperation, type Definition, isOf } from './operation.ts'
import { refuseMisshapen } from './shape.ts'

type Level = 'system' | 'type' | 'instance'

/** Where the operations of a list are called: by POST, and by GET those that change nothing. */
export function operationRoutesOf(operations: readonly AnyOperation[]): readonly Interaction[] {
  return [...routesBy('POST', operations), ...routesBy('GET', operations)]
}

function routesBy(method: 'GET' | 'POST', operations: readonly AnyOperation[]): readonly Interaction[] {
  const routeAt = (level: Level): Omit<Interaction, 'path'> => {
    const handle = (call: Call) => operate(operations, call, level, method)
    return {
      codes: [],
      method,
      handle,
      conformance: handle,
      isThere: (parts) => isCalledBy(method, served(operations, parts, level)),
    }
  }
  return [
    { ...routeAt('system'), path: '/:operation' },
    { ...routeAt('type'), path: '/:type/:operation' },
    { ...routeAt('instance'), path: '/:type/:id/:operation' },
  ]
}

const served = (operations: readonly AnyOperation[], { operation, type }: PathParts, level: Level) =>
  operations.find(({ definition }) => definition.code === operation && isServedAt(definition, level, type))

const isCalledBy = (method: 'GET' | 'POST', found: AnyOperation | undefined): boolean =>
  found !== undefined && (method === 'POST' || found.definition.affectsState === false)

async function operate(
  operations: readonly AnyOperation[],
  call: Call,
  level: Level,
  method: 'GET' | 'POST',
): Promise<Answer> {
  const { operation: code = '' } = call.path
  const found = served(operations, call.path, level)
  if (!found)
    throw failure(
      'not-found',
      `There is no operation ${quoted(`$${code}`)} here. /metadata tells those there are.`,
    )
  if (!isCalledBy(method, found))
    throw new WrongMethod(`$${code} changes what is kept: call it by POST.`, ['POST'])
  return found.fatal ? fatally(() => carriedOut(found, call, method)) : carriedOut(found, call, method)
}

async function carriedOut(found: AnyOperation, call: Call, method: 'GET' | 'POST'): Promise<Answer> {
  const { definition, paged, counted } = found
  const count = counted ? ['_count'] : []
  mayOperate(call.permit, definition.code, call.path.type)
  if (method === 'GET')
    return found.handle(inputIn(definition, call.query, [...count, ...(paged ? ['_cursor'] : [])]), call)
  const sent = await call.resource()
  expectOnly(call.query, [...count, ...besideIn(definition, sent)])
  const input = inputOf(definition, sent, call.query)
  refuseMisshapen(definition, sent, call.house.desk(call.permit.actor).validate)
  return found.handle(input, call)
}

/** The same, with its errors as fatal, inside a batch as well; those of the door are told so at the edge. */
async function fatally(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown instanceof Denial) throw thrown
    const [first, ...rest] = thrown.issues
    throw new Failure([graver(first), ...rest.map(graver)], thrown.retryAfterSeconds)
  }
}

function isServedAt(definition: Definition, level: Level, type: string | undefined): boolean {
  return definition[level] && (type === undefined || isOf(definition, type))
}
