import type { AuditEvent, PractitionerRole, Task } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { connectors } from '../../src/connectors/index.ts'
import { ownPath } from '../../src/console/language.ts'
import { personSystem } from '../../src/demo/people.ts'
import { openGateway } from '../../src/gateway.ts'
import { silent } from '../../src/log.ts'
import { readTerritory } from '../../src/territory/read.ts'
import { startDemo, type TestDemo } from '../support/gateway.ts'
import { formKeyOn, openJar, signedIn } from './session-support.ts'

let demo: TestDemo
let baseUrl = ''
beforeAll(async () => {
  demo = await startDemo()
  baseUrl = demo.demo.gateway.addresses.baseUrl
}, 120_000)
afterAll(() => demo[Symbol.asyncDispose]())

describe('whoever has not signed in', () => {
  test.each(['', '/new', '/requests/x', '/centres', '/counts', '/live'])(
    'sees nothing at %s',
    async (path) => {
      const response = await openJar().get(`${baseUrl}/console${path}`)
      expect(response.status).toBe(401)
      expect(await response.text()).not.toMatch(/formKey" value="\w/)
    },
  )

  test('does nothing', async () => {
    const response = await openJar().post(`${baseUrl}/console/requests/x/claim`, { formKey: '' })
    expect(response.status).toBe(401)
  })

  test('does not get in by a sign-in that they did not begin', async () => {
    const jar = openJar()
    const forged = await jar.get(`${baseUrl}/console/callback?code=x&state=y&iss=z`)
    expect(forged.status).toBe(401)
    await jar.get(`${baseUrl}/console/sign-in`)
    expect((await jar.get(`${baseUrl}/console/callback?code=x&state=y`)).status).toBe(401)
    expect((await jar.get(`${baseUrl}/console`)).status).toBe(401)
  })
})

test.each([
  ['/console/requests/1?done=x', '/console/requests/1?done=x'],
  ['https://elsewhere.example/', '/console'],
  ['//elsewhere.example', '/console'],
  ['/console/\\elsewhere.example', '/console'],
  ['/consoles', '/console'],
  ['', '/console'],
])('after signing in one goes on to %s at %s', (to, path) => {
  expect(ownPath(to)).toBe(path)
})

describe('a session', () => {
  test('is good at every gateway, and its person’s name is in the trail of both', async () => {
    const { territory } = await readTerritory(`${demo.demo.folder}/territory`, connectors)
    const config = readConfig({
      RELAIS_PORT: '0',
      RELAIS_MLLP_PORT: '',
      RELAIS_DATABASE_URL: demo.databaseUrl,
      RELAIS_OUTBOUND_LOOPBACK: 'yes',
      RELAIS_OIDC_ISSUER: 'http://127.0.0.1:9',
      RELAIS_OIDC_CLIENT_ID: 'console',
      RELAIS_OIDC_SYSTEM: personSystem,
    })
    await using other = await openGateway({ config, folder: territory, log: silent, clock: () => new Date() })
    const jar = await signedIn(baseUrl, 'maelys')
    const page = await jar.get(`${other.addresses.baseUrl}/console`)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('FICTIVE Maëlys')
    const events = await demo.as('cell').search<AuditEvent>('AuditEvent?subtype=110122')
    expect(events.map(({ agent }) => agent[0]?.name)).toContain('FICTIVE Maëlys')
  })

  test('ends with its person’s part in the cell, at once', async () => {
    const jar = await signedIn(baseUrl, 'noah')
    const operator = demo.as('operator')
    const practitioner = await operator.search(`Practitioner?identifier=${personSystem}|noah`)
    const [role] = await operator.search<PractitionerRole>(
      `PractitionerRole?practitioner=Practitioner/${practitioner[0]?.id}`,
    )
    const { status } = await operator.call('PUT', `PractitionerRole/${role?.id}`, { ...role, active: false })
    expect(status).toBe(200)
    expect((await jar.get(`${baseUrl}/console`)).status).toBe(401)
    await expect(signedIn(baseUrl, 'noah')).rejects.toThrow('403')
  })
})

describe('a form', () => {
  test('that is not of this session, or comes from elsewhere, changes nothing', async () => {
    const id = await sent()
    const jar = await signedIn(baseUrl, 'maelys')
    const url = `${baseUrl}/console/requests/${id}`
    const formKey = await formKeyOn(jar, url)
    const others = await formKeyOn(await signedIn(baseUrl, 'ines'), url)
    const refused = [
      await jar.post(`${url}/claim`, {}),
      await jar.post(`${url}/claim`, { formKey: others }),
      await jar.post(`${url}/claim`, { formKey }, { origin: 'https://elsewhere.example' }),
      await jar.post(`${url}/claim`, { formKey }, { 'sec-fetch-site': 'cross-site' }),
    ]
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403])
    expect((await ownerOf(id))?.display).toBeUndefined()
    expect((await jar.post(`${url}/claim`, { formKey }, { origin: baseUrl })).status).toBe(303)
    expect((await ownerOf(id))?.display).toBe('FICTIVE Maëlys')
  })

  test('of nobody who may do so books nothing', async () => {
    const id = await sent()
    const jar = await signedIn(baseUrl, 'ines')
    const url = `${baseUrl}/console/requests/${id}`
    const formKey = await formKeyOn(jar, url)
    for (const [act, more] of [
      ['claim', {}],
      ['book', { proposal: 'p.x' }],
      ['message', { text: 'x' }],
      ['move', { to: 'accepted' }],
      ['answers', { 'q.fever': 'no' }],
    ] as const) {
      const { status } = await jar.post(`${url}/${act}`, { formKey, ...more })
      expect({ act, status }).toEqual({ act, status: 403 })
    }
  })

  test('does not let words become marks of the page', async () => {
    const id = await sent('<img src=x onerror=alert(1)>')
    const jar = await signedIn(baseUrl, 'maelys')
    const text = await (await jar.get(`${baseUrl}/console/requests/${id}`)).text()
    expect(text).toContain('&lt;img src=x')
    expect(text.toLowerCase()).not.toContain('<img')
  })
})

async function ownerOf(request: string) {
  const tasks = await demo.as('cell').search<Task>(`Task?focus=ServiceRequest/${request}`)
  return tasks.find(({ partOf }) => !partOf)?.owner
}

let number = 0

async function sent(purpose = 'Obstacle ?'): Promise<string> {
  const { status, headers } = await demo.as('ehr').call(
    'POST',
    '/intake/referrals',
    {
      version: 1,
      placerOrderNumber: `session-${++number}`,
      patient: { familyName: `Patient${number}`, givenName: 'Jean', birthDate: '1970-02-03', sex: 'male' },
      prescriber: { rpps: '99900000011' },
      exam: { code: { system: 'http://loinc.org', code: '24558-9' }, modality: 'US' },
      reason: { text: 'Colique néphrétique' },
      purpose,
    },
    { 'content-type': 'application/json' },
  )
  if (status !== 201) throw new Error(`HTTP ${status}`)
  return headers.get('location')?.split('/').at(-1) ?? ''
}
