import { serve } from '@hono/node-server'
import type { CapabilityStatement } from '@medplum/fhirtypes'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, openWindow } from '../console/browser.ts'
import { openTestApi, type TestApi } from '../support/api.ts'

interface Described {
  openapi: string
  paths: Record<string, Record<string, { parameters?: { name: string; in: string }[]; security?: unknown[] }>>
}

let api: TestApi
let described: Described
beforeAll(async () => {
  api = await openTestApi()
  const reply = await api.app.request('/openapi.json')
  expect(reply.status).toBe(200)
  described = (await reply.json()) as Described
})
afterAll(() => api[Symbol.asyncDispose]())

describe('/openapi.json', () => {
  test('is OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate({ ...described })
    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
    expect(described.openapi).toBe('3.1.0')
  })

  test('describes what /metadata declares, and no other search parameter', async () => {
    const reply = await api.app.request('/fhir/metadata')
    const { rest } = (await reply.json()) as CapabilityStatement
    for (const resource of rest?.[0]?.resource ?? []) {
      const { type, searchParam = [], interaction = [], searchInclude, searchRevInclude } = resource
      const search = described.paths[`/fhir/${type}`]?.get
      const names = (search?.parameters ?? []).map(({ name }) => name)
      expect(names, type).toEqual(expect.arrayContaining(searchParam.map(({ name }) => name)))
      expect(names.includes('_include'), type).toBe(searchInclude !== undefined)
      expect(names.includes('_revinclude'), type).toBe(searchRevInclude !== undefined)
      const codes = interaction.map(({ code }) => code)
      expect('patch' in (described.paths[`/fhir/${type}/{id}`] ?? {}), type).toBe(codes.includes('patch'))
    }
  })

  test('names the controls of a search where they are obeyed', () => {
    const namesAt = (path: string) => described.paths[path]?.get?.parameters?.map(({ name }) => name)
    const ofContained = ['_contained', '_containedType']
    expect(namesAt('/fhir/Patient')).toEqual(expect.arrayContaining(['_count', '_include', ...ofContained]))
    for (const path of ['/fhir', '/fhir/ValueSet', '/gap/Slot'])
      expect(
        namesAt(path)?.filter((name) => ofContained.includes(name)),
        path,
      ).toEqual([])
  })

  test('describes a search of several types, by a form, too', () => {
    const names = described.paths['/fhir']?.get?.parameters?.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['_type', '_lastUpdated', '_tag', '_count', '_sort']))
    expect(names).not.toContain('family')
    const form = described.paths['/fhir/_search']?.post as unknown as { requestBody: { content: object } }
    expect(Object.keys(form.requestBody.content)).toEqual(['application/x-www-form-urlencoded'])
  })

  test('has operations by their names, by GET only those that change nothing', () => {
    expect(Object.keys(described.paths['/fhir/Appointment/$book'] ?? {})).toEqual(['post'])
    expect(Object.keys(described.paths['/fhir/ValueSet/{id}/$expand'] ?? {}).sort()).toEqual(['get', 'post'])
  })

  test('every path that it describes is served', async () => {
    for (const [path, methods] of Object.entries(described.paths)) {
      if (!path.startsWith('/fhir')) continue
      for (const method of Object.keys(methods)) {
        const address = path.replace('{id}', 'none').replace('{version}', '1')
        const { status, text } = await api.send(method.toUpperCase(), address, { as: 'cell' })
        expect(status, `${method} ${path}: ${text}`).toBeLessThan(500)
        expect(status, `${method} ${path}`).not.toBe(405)
        expect(text, `${method} ${path}`).not.toContain('There is nothing at this address')
      }
    }
  }, 120_000)
})

test('the page loads nothing from outside', async () => {
  const reply = await api.app.request('/docs')
  expect(reply.status).toBe(200)
  expect(reply.headers.get('content-security-policy')).toContain("default-src 'none'")
  const addresses = [...(await reply.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(
    ([, address]) => address,
  )
  expect(addresses.length).toBeGreaterThan(2)
  for (const address of addresses) {
    if (address === 'data:,') continue
    expect(address).toMatch(/^\/docs\//)
    expect((await api.app.request(String(address))).status, address).toBe(200)
  }
})

test.runIf(hasBrowser)(
  'in a browser every interaction is shown, and nothing is asked of others',
  async () => {
    const server = serve({ fetch: api.app.fetch, port: 0 })
    const { port } = server.address() as { port: number } // it listens on a port
    const browser = await openBrowser()
    try {
      await using window = await openWindow(browser)
      const { page, complaints } = window
      const own = `http://localhost:${port}/`
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      await page.goto(`${own}docs`)
      await page.locator('#operations-tag-ValueSet button').click({ timeout: 60_000 })
      await page.getByText('Expand a value set').first().waitFor({ timeout: 60_000 })
      expect(asked.filter((url) => !url.startsWith(own) && !url.startsWith('data:'))).toEqual([])
      expect(complaints).toEqual([])
    } finally {
      await browser.close()
      server.close()
    }
  },
  180_000,
)
