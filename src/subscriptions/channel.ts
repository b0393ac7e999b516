import type { Subscription, SubscriptionChannel } from '@medplum/fhirtypes'
import { acceptedUrl, OutboundError, type Reach } from '../auth/outbound.ts'
import { canonical } from '../fhir/canonical.ts'
import { type Issue, issue } from '../fhir/outcome.ts'

/** How a notification with a payload is sent: `PUT` beneath the endpoint (default), or `POST` to it (code). */
export const methodExtension = `${canonical}/StructureDefinition/notification-method`

/** The one payload that is sent. */
const payloadType = 'application/fhir+json'

const mostHeaders = 20
const longestHeader = 4_096

/** Headers that a subscriber may have us send; those that shape a connection never. */
const allowedHeader = /^(authorization|api-?key|x-[a-z0-9-]{1,60})$/i

/** Ports of others that we call; loopback, where it may be called, has any. */
const allowedPorts = ['', '443', '8443', '9443']

/** All that keeps a channel from being served. */
export function channelIssues(channel: SubscriptionChannel, reach: Reach): Issue[] {
  const { type, payload = payloadType, header = [] } = channel
  return [
    ...(type === 'rest-hook' ? [] : [unsupported('Of channels only rest-hook is served.', 'type')]),
    ...(plainPayload(payload) ? [] : [unsupported(`A payload is ${payloadType}, or absent.`, 'payload')]),
    ...endpointIssues(channel, reach),
    ...methodIssues(channel),
    ...(header.length <= mostHeaders ? [] : [wrong(`At most ${mostHeaders} headers are sent.`, 'header')]),
    ...header.flatMap(headerIssues),
  ]
}

/** A header line taken apart: `Name: value`. */
export function headerOf(line: string): { name: string; value: string } | undefined {
  const [, name, value] = /^([A-Za-z0-9-]+):[ \t]*([\x20-\x7e]+)$/.exec(line) ?? []
  return name === undefined || value === undefined ? undefined : { name, value }
}

/** Whether a payload is posted to the endpoint itself rather than put beneath it. */
export const isPosted = ({ extension = [] }: SubscriptionChannel): boolean =>
  extension.some(({ url, valueCode }) => url === methodExtension && valueCode === 'POST')

/** Whether two subscriptions ask for the same, in the same place. */
export function asksTheSame(a: Subscription, b: Subscription): boolean {
  const asked = ({ criteria, channel }: Subscription) => JSON.stringify([criteria, channel])
  return asked(a) === asked(b)
}

function endpointIssues(channel: SubscriptionChannel, reach: Reach): Issue[] {
  const { endpoint } = channel
  if (endpoint === undefined) return [issue('required', 'A rest-hook has an endpoint.', at('endpoint'))]
  try {
    return urlIssues(acceptedUrl(endpoint, reach), channel)
  } catch (thrown) {
    if (thrown instanceof OutboundError) return [wrong(thrown.message, 'endpoint')]
    throw thrown
  }
}

function urlIssues({ protocol, port, search, hash }: URL, channel: SubscriptionChannel): Issue[] {
  const known = protocol === 'http:' || allowedPorts.includes(port)
  const beneath = channel.payload !== undefined && !isPosted(channel)
  return [
    ...(known ? [] : [wrong('Use port 443, 8443 or 9443.', 'endpoint')]),
    ...(hash === '' ? [] : [wrong('An endpoint has no fragment.', 'endpoint')]),
    ...(beneath && search !== ''
      ? [wrong('A base that resources are put beneath has no query.', 'endpoint')]
      : []),
  ]
}

function methodIssues({ extension = [] }: SubscriptionChannel): Issue[] {
  const methods = extension.filter(({ url }) => url === methodExtension)
  const known = methods.every(({ valueCode }) => valueCode === 'PUT' || valueCode === 'POST')
  return known && methods.length <= 1 ? [] : [wrong('The method is PUT or POST, once.', 'extension')]
}

function headerIssues(line: string, index: number): Issue[] {
  const place = `header[${index}]`
  const header = headerOf(line)
  if (!header || line.length > longestHeader) return [wrong('A header is one line, Name: value.', place)]
  if (allowedHeader.test(header.name)) return []
  return [wrong('Of headers only Authorization, Api-Key and X-… are sent.', place)]
}

const plainPayload = (payload: string): boolean =>
  /^application\/fhir\+json\s*(;\s*charset=utf-8)?$/i.test(payload)

const at = (element: string) => `Subscription.channel.${element}`
const wrong = (text: string, element: string): Issue => issue('business-rule', text, at(element))
const unsupported = (text: string, element: string): Issue => issue('unsupported-value', text, at(element))
