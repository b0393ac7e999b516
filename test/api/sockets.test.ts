import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HttpListener, listenHttp } from '../../src/gateway/http.ts'
import { openTestApi, type TestApi } from '../support/api.ts'

let api: TestApi
let listener: HttpListener
let url: string

beforeAll(async () => {
  api = await openTestApi()
  listener = await listenHttp('127.0.0.1', 0, 'RELAIS_PORT')
  listener.answerBy((request, environment) => api.app.fetch(request, environment))
  url = `http://127.0.0.1:${listener.address.port}`
})
afterAll(async () => {
  await listener[Symbol.asyncDispose]()
  await api[Symbol.asyncDispose]()
})

const headers = { authorization: 'Bearer cell', 'content-type': 'application/fhir+json' }

/** What comes back on a line of its own until it is closed or nothing more comes: it is broken off then. */
async function heard(said: string, patienceMs = 20_000): Promise<string> {
  const socket = connect(listener.address.port, '127.0.0.1')
  socket.setTimeout(patienceMs, () => socket.destroy())
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => {
    chunks.push(chunk)
    socket.setTimeout(500)
  })
  socket.write(said)
  await once(socket, 'close').catch(() => undefined)
  return Buffer.concat(chunks).toString()
}

test('a body of 20 MB is refused over a real line, and the next request is answered', async () => {
  const body = 'x'.repeat(20_000_000)
  const refused = await fetch(`${url}/fhir/Patient`, { method: 'POST', headers, body })
  expect([refused.status, await refused.json()]).toMatchObject([413, { issue: [{ code: 'too-long' }] }])
  expect((await fetch(`${url}/live`)).status).toBe(200)
})

test('a body that says it is long is refused before it is sent', async () => {
  const head = 'POST /fhir/Patient HTTP/1.1\r\nhost: x\r\nauthorization: Bearer cell\r\n'
  const answer = await heard(
    `${head}content-type: application/fhir+json\r\ncontent-length: 900000000\r\n\r\n`,
  )
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
})

test('a request that breaks off in the middle leaves nothing, and the process alive', async () => {
  const half = '{"resourceType":"Patient","name":[{"family":"Moitie"'
  const head = 'POST /fhir/Patient HTTP/1.1\r\nhost: x\r\nauthorization: Bearer cell\r\n'
  await heard(`${head}content-type: application/fhir+json\r\ncontent-length: 500\r\n\r\n${half}`, 500)
  const found = await fetch(`${url}/fhir/Patient?family=Moitie&_summary=count`, { headers })
  expect(await found.json()).toMatchObject({ total: 0 })
})

test('what is no HTTP is answered as such', async () => {
  expect(await heard('MSH|^~\\&|A|B\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  expect((await fetch(`${url}/live`)).status).toBe(200)
})

test('HEAD and 304 come without a body, on a line that goes on', async () => {
  const body = JSON.stringify({ resourceType: 'Patient', name: [{ family: 'Tete' }] })
  const made = await fetch(`${url}/fhir/Patient`, { method: 'POST', headers, body })
  const { id } = (await made.json()) as { id: string } // a Patient
  const head = await fetch(`${url}/fhir/Patient/${id}`, { method: 'HEAD', headers })
  expect([head.status, await head.text(), head.headers.get('etag')]).toEqual([200, '', 'W/"1"'])
  const same = await fetch(`${url}/fhir/Patient/${id}`, { headers: { ...headers, 'if-none-match': 'W/"1"' } })
  expect([same.status, await same.text()]).toEqual([304, ''])
})
