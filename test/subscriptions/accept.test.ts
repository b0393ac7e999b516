import type { Subscription } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import type { Actor, Role } from '../../src/auth/actor.ts'
import { sightOf } from '../../src/auth/gate.ts'
import { parseScopes } from '../../src/auth/scopes.ts'
import { bindings, structures } from '../../src/fhir/definitions/index.ts'
import { Failure } from '../../src/fhir/outcome.ts'
import { accepted, subscriberOf } from '../../src/subscriptions/accept.ts'
import { methodExtension } from '../../src/subscriptions/channel.ts'
import { newSealKey, sealWith } from '../../src/subscriptions/seal.ts'
import { openValidator } from '../../src/validate/index.ts'

const seal = sealWith(newSealKey())

function actor(client: string, organization = 'Organization/practice', role: Role = 'prescriber'): Actor {
  const known = { role, organization, member: true }
  return { client, name: client, ...known, sight: sightOf(known) }
}

const doctor = actor('ehr')

const subscription = (given: Partial<Subscription> = {}, channel: object = {}): Subscription => ({
  resourceType: 'Subscription',
  status: 'requested',
  reason: 'Follow our bookings',
  criteria: 'Appointment?status=booked',
  channel: {
    type: 'rest-hook',
    endpoint: 'https://ehr.example.org/fhir',
    payload: 'application/fhir+json',
    ...channel,
  },
  ...given,
})

function accept(sent: Subscription, before?: Subscription, by: Actor = doctor, scopes = 'system/*.cruds') {
  const permit = { actor: by, scopes: parseScopes(scopes).scopes, lenient: false }
  return accepted(sent, before, { actor: by, permit, seal, reach: { loopback: false }, criteria: {} })
}

function issuesOf(work: () => unknown) {
  try {
    work()
    return []
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return thrown.issues
  }
}

describe('a subscription', () => {
  test('waits for activation, whatever its client says of itself', () => {
    const kept = accept(subscription({ status: 'active', error: 'made up' }))
    expect(kept.status).toBe('requested')
    expect(kept.error).toBeUndefined()
    expect(subscriberOf(kept)).toEqual({ client: 'ehr', organization: 'Organization/practice' })
    expect(openValidator({ structures, bindings }).validate(kept)).toEqual([])
  })

  test('belongs to whoever sent it, not to whom it names', () => {
    const kept = accept(
      subscription({ extension: accept(subscription(), undefined, actor('other')).extension ?? [] }),
    )
    expect(subscriberOf(kept)?.client).toBe('ehr')
    expect(kept.extension).toHaveLength(1)
  })

  test('may be made switched off', () => {
    expect(accept(subscription({ status: 'off' })).status).toBe('off')
  })

  test('stays active when it comes back as it was, and waits again when it asks for something else', () => {
    const before = { ...accept(subscription()), status: 'active' as const }
    expect(accept({ ...before, reason: 'Another reason' }, before).status).toBe('active')
    expect(accept({ ...before, criteria: 'Appointment?status=cancelled' }, before).status).toBe('requested')
    expect(accept({ ...before, status: 'off' }, before).status).toBe('off')
    expect(accept({ ...before, status: 'requested' }, before).status).toBe('requested')
  })

  test('in error is started again by its client only', () => {
    const before = { ...accept(subscription()), status: 'error' as const, error: 'http-500' }
    expect(accept({ ...before, status: 'active' }, before)).toMatchObject({
      status: 'error',
      error: 'http-500',
    })
    expect(accept({ ...before, status: 'requested' }, before)).not.toHaveProperty('error')
  })

  test('is changed by its organisation only; others may switch it off', () => {
    const before = accept(subscription())
    expect(accept({ ...before, end: '2027-01-01T00:00:00Z' }, before, actor('ehr-2')).end).toBeDefined()
    const cell = actor('cell', 'Organization/cell', 'cell')
    expect(issuesOf(() => accept({ ...before, reason: 'x' }, before, cell))).toMatchObject([
      { case: 'forbidden' },
    ])
    const off = accept(
      { ...before, status: 'off', channel: { type: 'rest-hook', endpoint: 'https://evil.example' } },
      before,
      cell,
    )
    expect(off).toEqual({ ...before, status: 'off' })
  })

  test('needs a right to read and search what it waits for', () => {
    expect(issuesOf(() => accept(subscription(), undefined, doctor, 'system/Appointment.r'))).toMatchObject([
      { case: 'forbidden', expression: 'Subscription.criteria' },
    ])
  })
})

describe('headers', () => {
  const secret = { header: ['Authorization: Bearer very-secret', 'X-Tenant: 7'] }

  test('are kept so that nobody reads their values', () => {
    const kept = accept(subscription({}, secret))
    expect(JSON.stringify(kept)).not.toContain('very-secret')
    expect(kept.channel.header?.[0]).toMatch(/^Authorization: sealed:/)
  })

  test('may come back as they were shown', () => {
    const kept = accept(subscription({}, secret))
    expect(accept({ ...kept, status: 'requested' }, kept).channel.header).toEqual(kept.channel.header)
  })

  test.each<[string, (kept: Subscription) => Subscription, Actor]>([
    [
      'for another endpoint',
      (kept) => ({ ...kept, channel: { ...kept.channel, endpoint: 'https://evil.example' } }),
      doctor,
    ],
    ['by another client', (kept) => kept, actor('thief', 'Organization/other')],
    [
      'under another name',
      (kept) => ({
        ...kept,
        channel: {
          ...kept.channel,
          header: (kept.channel.header ?? []).map((line) => line.replace(/^X-Tenant/, 'X-Other')),
        },
      }),
      doctor,
    ],
  ])('taken from another subscription are worthless %s', (_, stolen, by) => {
    const kept = accept(subscription({}, secret))
    expect(issuesOf(() => accept(stolen(kept), undefined, by))).toMatchObject([
      { case: 'business-rule', expression: expect.stringMatching(/header\[\d\]/) },
    ])
  })

  test.each([
    'Host: inner.example',
    'Content-Length: 5',
    'Transfer-Encoding: chunked',
    'Connection: close',
    'Cookie: a=b',
    'X-A: b\r\nHost: c',
    'no colon',
    'X-Empty:',
  ])('«%s» is not sent', (line) => {
    expect(issuesOf(() => accept(subscription({}, { header: [line] })))).toMatchObject([
      { expression: 'Subscription.channel.header[0]' },
    ])
  })
})

describe('what cannot be served is refused, with the place', () => {
  test.each([
    [{ type: 'websocket' }, 'Subscription.channel.type'],
    [{ type: 'email', endpoint: 'mailto:a@example.org' }, 'Subscription.channel.type'],
    [{ payload: 'application/fhir+xml' }, 'Subscription.channel.payload'],
    [{ endpoint: undefined }, 'Subscription.channel.endpoint'],
    [{ endpoint: 'http://ehr.example.org/' }, 'Subscription.channel.endpoint'],
    [{ endpoint: 'https://user:pass@ehr.example.org/' }, 'Subscription.channel.endpoint'],
    [{ endpoint: 'https://10.0.0.1/' }, 'Subscription.channel.endpoint'],
    [{ endpoint: 'https://127.0.0.1/' }, 'Subscription.channel.endpoint'],
    [{ endpoint: 'https://ehr.example.org:22/' }, 'Subscription.channel.endpoint'],
    [{ endpoint: 'https://ehr.example.org/?a=b' }, 'Subscription.channel.endpoint'],
    [{ endpoint: 'https://ehr.example.org/#a' }, 'Subscription.channel.endpoint'],
    [{ extension: [{ url: methodExtension, valueCode: 'DELETE' }] }, 'Subscription.channel.extension'],
  ])('%j', (channel, expression) => {
    expect(issuesOf(() => accept(subscription({}, channel))).map((issue) => issue.expression)).toContain(
      expression,
    )
  })

  test.each([
    [{ channel: undefined }, 'required', 'Subscription.channel'],
    [{ channel: { type: 'rest-hook', header: 'X-A: b' } }, 'value', 'Subscription.channel.header'],
    [{ channel: { type: 'rest-hook', header: [null] } }, 'value', 'Subscription.channel.header[0]'],
    [{ criteria: 5 }, 'value', 'Subscription.criteria'],
    [{ extension: {} }, 'value', 'Subscription.extension'],
  ])('%j, of another shape than FHIR has', (odd, fault, expression) => {
    const sent = { ...subscription(), ...odd } as unknown as Subscription // as anybody may write it
    expect(issuesOf(() => accept(sent))).toMatchObject([{ case: fault, expression }])
  })

  test('all faults at once', () => {
    const sent = subscription({ criteria: 'Appointment?nonsense=1' }, { type: 'sms', payload: 'text/plain' })
    expect(issuesOf(() => accept(sent))).toHaveLength(3)
  })
})
