import type { Resource } from '@medplum/fhirtypes'
import { mayInteract } from '../../auth/gate.ts'
import { Denial } from '../../auth/permit.ts'
import { canonical, isNamedBy } from '../../fhir/canonical.ts'
import { structures } from '../../fhir/definitions/index.ts'
import { Failure, failure, type Issue } from '../../fhir/outcome.ts'
import type { Asked } from '../../flows/resource/change.ts'
import { rehearse } from '../../flows/resource/rehearse.ts'
import { answerIssues } from '../answer.ts'
import { type Call, newIdOf } from '../call.ts'
import { changingDesk } from '../changed.ts'
import { guardOf, letters } from '../reach.ts'
import { expectId, resourceOf } from '../resource.ts'
import { operation } from './operation.ts'

interface Input {
  resource?: Resource
  mode?: string
  /** Canonical URL. */
  profile?: string
}

/**
 * Says what is wrong with a resource, and keeps nothing; with a mode, all that would speak against the change itself.
 *
 * Source: FHIR R4, Resource $validate.
 */
export const validate = operation<Input>({
  definition: {
    resourceType: 'OperationDefinition',
    id: 'resource-validate',
    url: `${canonical}/OperationDefinition/resource-validate`,
    base: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
    name: 'Validate',
    title: 'Validate a resource',
    status: 'active',
    kind: 'operation',
    affectsState: false,
    code: 'validate',
    resource: ['Resource'],
    system: false,
    type: true,
    instance: true,
    parameter: [
      { use: 'in', name: 'resource', type: 'Resource', min: 0, max: '1' },
      { use: 'in', name: 'mode', type: 'code', min: 0, max: '1' },
      { use: 'in', name: 'profile', type: 'uri', min: 0, max: '1' },
      { use: 'out', name: 'return', type: 'OperationOutcome', min: 1, max: '1' },
    ],
  },
  async handle(input, call) {
    const against = profileIn(input, call)
    const asked = askedFor(input, call)
    const said = asked && (await rehearsed(asked, call))
    // What is held against a profile, too, is told once.
    const content = input.resource && (!asked || against) ? heldAgainst(input.resource, against, call) : []
    return answerIssues(distinct([...(said ?? []), ...content]), 200)
  },
})

type Against = `${string}:${string}`

/** Fails: not-found for a profile that nobody here knows. */
function profileIn({ profile }: Input, { house }: Call): Against | undefined {
  if (profile === undefined) return undefined
  const isOurs = house.conformance.some(
    (one) => one.resourceType === 'StructureDefinition' && isNamedBy(one, profile),
  )
  if (isOurs || structures.some((one) => isNamedBy(one, profile))) return profile as Against // a canonical URL has a colon
  throw failure(
    'not-found',
    'There is no such profile here, or not in this version. GET StructureDefinition tells those there are.',
    'profile',
  )
}

function heldAgainst(resource: Resource, against: Against | undefined, call: Call): Issue[] {
  const { house, permit, path } = call
  const sent = resourceOf(resource, path.type ?? resource.resourceType)
  return house.desk(permit.actor).validate(sent, against === undefined ? {} : { against })
}

/** The change that is meant by the mode; none when only the content is. Fails: value, required. */
function askedFor(
  { mode = 'profile', resource }: Input,
  { path: { type = '', id } }: Call,
): Asked | undefined {
  if (mode !== 'delete' && resource === undefined)
    throw failure('required', 'Send the resource that is to be validated.', 'resource')
  const sent = resource && resourceOf(resource, type)
  switch (mode) {
    case 'profile':
      return undefined
    case 'create':
      if (!sent || id !== undefined) throw failure('value', 'What is created has no address yet.', 'mode')
      return { verb: 'create', type, resource: sent }
    case 'update': {
      const changed = sent ?? missing()
      return { verb: 'update', type, resource: changed, target: { id: id ?? changed.id ?? missing() } }
    }
    case 'delete':
      return { verb: 'delete', type, id: id ?? missing() }
    default:
      throw failure('value', 'A mode is create, update, delete or profile.', 'mode')
  }
}

function missing(): never {
  throw failure('required', 'Say which resource is meant: ask at its address.', 'mode')
}

async function rehearsed(asked: Asked, call: Call): Promise<readonly Issue[]> {
  const { house, permit } = call
  mayInteract(permit, asked.type, letters[asked.verb])
  try {
    if (asked.verb === 'update' && 'id' in asked.target) expectId(asked.resource, asked.target.id)
    return await rehearse(asked, newIdOf(house), changingDesk(call), guardOf(permit))
  } catch (thrown) {
    if (thrown instanceof Failure && !(thrown instanceof Denial)) return thrown.issues
    throw thrown
  }
}

const distinct = (issues: readonly Issue[]): Issue[] => [
  ...new Map(issues.map((each) => [`${each.expression} ${each.text}`, each])).values(),
]
