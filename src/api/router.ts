import { type Failure, failure } from '../fhir/outcome.ts'
import { isConformance, isServed } from '../fhir/served.ts'
import type { PathParts } from './call.ts'
import type { Interaction } from './interactions/interaction.ts'
import { WrongMethod } from './told.ts'

/** An interaction that was asked for, and the parts of its path. */
export interface Routed {
  interaction: Interaction
  parts: PathParts
}

/** Finds the interaction of a method and a path under the FHIR base (`/Patient/1`). Fails: not-found, unknown-type, method-not-allowed. */
export type Router = (method: string, path: string) => Routed

/** What each part of a path may look like. */
const shapes: Readonly<Record<keyof PathParts, RegExp>> = {
  type: /^[A-Z][A-Za-z]{1,63}$/,
  id: /^[A-Za-z0-9.-]{1,64}$/,
  version: /^[0-9]{1,9}$/,
  operation: /^\$[a-z][\w-]{0,63}$/,
}

/** A router over a list of interactions; the list is all that it knows. */
export function routerOf(interactions: readonly Interaction[]): Router {
  const routes = interactions.map((interaction) => ({ interaction, pattern: partsOf(interaction.path) }))
  return (method, path) => {
    const given = partsOf(path)
    const asked = method === 'HEAD' ? 'GET' : method
    for (const { interaction, pattern } of routes) {
      const parts = interaction.method === asked ? partsIn(given, pattern, interaction) : undefined
      if (!parts) continue
      refuseUnknownType(parts.type)
      return { interaction, parts }
    }
    throw unserved(
      method,
      routes.flatMap(({ interaction, pattern }) => {
        const parts = partsIn(given, pattern, interaction)
        return parts && (interaction.isThere?.(parts) ?? true) ? [{ interaction, parts }] : []
      }),
    )
  }
}

/** Why nothing answers: there is nothing at all, the type is unknown, or only other methods are served. */
function unserved(method: string, others: readonly Routed[]): Failure {
  const [first] = others
  if (!first)
    return failure('not-found', 'There is nothing at this address. What is served is told by /metadata.')
  refuseUnknownType(first.parts.type)
  return wrongMethod(
    method,
    others.map(({ interaction }) => interaction.method),
  )
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '')

/** What a path says, when the interaction is served there. */
function partsIn(
  given: readonly string[],
  pattern: readonly string[],
  { types }: Interaction,
): PathParts | undefined {
  const parts = fitted(pattern, given)
  return parts?.type !== undefined && types && !types.includes(parts.type) ? undefined : parts
}

function fitted(pattern: readonly string[], given: readonly string[]): PathParts | undefined {
  if (pattern.length !== given.length) return undefined
  const parts: PathParts = {}
  for (const [index, expected] of pattern.entries()) {
    const part = given[index] ?? ''
    if (!expected.startsWith(':')) {
      if (expected !== part) return undefined
      continue
    }
    const name = expected.slice(1) as keyof PathParts // patterns are our own
    if (!shapes[name].test(part)) return undefined
    parts[name] = name === 'operation' ? part.slice(1) : part
  }
  return parts
}

function refuseUnknownType(type: string | undefined): void {
  if (type === undefined || isServed(type) || isConformance(type)) return
  throw failure(
    'unknown-type',
    `Resources of type ${type} are not served. Those that are stand in /metadata.`,
  )
}

function wrongMethod(method: string, allowed: readonly string[]): WrongMethod {
  const allow = [...new Set(allowed.flatMap((each) => (each === 'GET' ? ['GET', 'HEAD'] : [each])))]
  const text = `${method.slice(0, 10)} is not served here. Use ${allow.join(' or ')}.`
  return new WrongMethod(text, allow)
}
