import type { Extension, Subscription } from '@medplum/fhirtypes'
import type { Actor } from '../auth/actor.ts'
import { mayInteract } from '../auth/gate.ts'
import type { Reach } from '../auth/outbound.ts'
import { type Permit, tooLittle } from '../auth/permit.ts'
import { canonical } from '../fhir/canonical.ts'
import { Failure, failures, type Issue, issue } from '../fhir/outcome.ts'
import { asksTheSame, channelIssues, headerOf } from './channel.ts'
import { type CriteriaOptions, criteriaOf } from './criteria.ts'
import { isSealed, type Seal } from './seal.ts'
import { refuseMisshapen } from './shape.ts'

/** Whose subscription it is: the client and its organisation. Set by the gateway, whatever is sent. */
export const subscriberExtension = `${canonical}/StructureDefinition/subscriber`

const clientSystem = `${canonical}/NamingSystem/client`

/** Who subscribed. */
export interface Subscriber {
  client: string
  organization?: string
}

export interface AcceptDesk {
  actor: Actor
  /** What the actor's client may do, whatever its token. */
  permit: Permit | undefined
  seal: Seal
  reach: Reach
  criteria: CriteriaOptions
}

/**
 * A subscription as it is kept, from what was sent and what was there.
 *
 * It waits for its activation unless nothing of what it asks has changed; its secrets are sealed; it belongs to the
 * client that sent it. Who sees the whole territory may switch it off, and delete it. Fails: everything that keeps it from being served.
 *
 * Source: FHIR R4 Subscription; status and error are the server's.
 */
export function accepted(
  sent: Subscription,
  before: Subscription | undefined,
  desk: AcceptDesk,
): Subscription {
  refuseMisshapen(sent)
  if (before && !isOf(subscriberOf(before), desk.actor)) return switchedOff(sent, before)
  const owner = { client: desk.actor.client, ...ofOrganization(desk.actor.organization) }
  const issues = faultsOf(sent, desk)
  if (issues.length > 0) throw failures(issues)
  const kept = sealed(owned(sent, owner), owner, desk.seal)
  const unchanged = before !== undefined && asksTheSame(kept, before)
  return withStatus(kept, sent.status, unchanged ? before : undefined)
}

/** Who subscribed, as it was noted. */
export function subscriberOf({ extension = [] }: Subscription): Subscriber | undefined {
  const noted = extension.find(({ url }) => url === subscriberExtension)?.valueReference
  const client = noted?.identifier?.value
  return client === undefined ? undefined : { client, ...ofOrganization(noted?.reference) }
}

const ofOrganization = (organization: string | undefined) =>
  organization === undefined ? {} : { organization }

function isOf(subscriber: Subscriber | undefined, { client, organization }: Actor): boolean {
  if (!subscriber || subscriber.client === client) return true
  return organization !== undefined && subscriber.organization === organization
}

/** Whoever is not its subscriber changes nothing but this. Fails: forbidden. */
function switchedOff({ status }: Subscription, before: Subscription): Subscription {
  if (status === 'off') return { ...before, status }
  throw tooLittle('Only its own subscriber may change a subscription. Others may set its status to off.')
}

function faultsOf(sent: Subscription, { permit, reach, criteria }: AcceptDesk): Issue[] {
  return [
    ...channelIssues(sent.channel, reach),
    ...told(() => {
      const { type } = criteriaOf(sent.criteria, criteria)
      if (!permit) throw tooLittle('This client is not active.')
      mayInteract(permit, type, 's')
      mayInteract(permit, type, 'r')
    }),
  ]
}

/** What was thrown, as issues of the criteria. */
function told(check: () => void): Issue[] {
  try {
    check()
    return []
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return thrown.issues.map((each) => ({ ...each, expression: 'Subscription.criteria' }))
  }
}

function owned(sent: Subscription, { client, organization }: Subscriber): Subscription {
  const subscriber: Extension = {
    url: subscriberExtension,
    valueReference: {
      ...(organization !== undefined && { reference: organization }),
      identifier: { system: clientSystem, value: client },
    },
  }
  const others = (sent.extension ?? []).filter(({ url }) => url !== subscriberExtension)
  return { ...sent, extension: [...others, subscriber] }
}

/** Values of headers under lock. What came back as it was shown stays, if it is still for the same place. */
function sealed(kept: Subscription, { client }: Subscriber, seal: Seal): Subscription {
  const { header, endpoint = '' } = kept.channel
  if (!header) return kept
  const lines = header.map((line, index) => {
    const { name, value } = headerOf(line) ?? { name: '', value: '' }
    const bound = { client, endpoint, header: name }
    if (!isSealed(value)) return `${name}: ${seal.close(value, bound)}`
    if (seal.open(value, bound) !== undefined) return line
    throw failures([lost(index)])
  })
  return { ...kept, channel: { ...kept.channel, header: lines } }
}

const lost = (index: number): Issue =>
  issue(
    'business-rule',
    'This value was hidden for another endpoint or client. Send the value itself again.',
    `Subscription.channel.header[${index}]`,
  )

function withStatus(kept: Subscription, asked: Subscription['status'], before?: Subscription): Subscription {
  const { error: _, ...rest } = kept
  if (asked === 'off') return { ...rest, status: 'off' }
  if (!before || before.status === 'off' || asked === 'requested') return { ...rest, status: 'requested' }
  return { ...rest, status: before.status, ...(before.error !== undefined && { error: before.error }) }
}
