import type { AuditEvent, Communication, ServiceRequest, Task } from '@medplum/fhirtypes'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startDemo, type TestDemo } from '../support/gateway.ts'
import { hasBrowser, openBrowser, openWindow, signIn, Typist, type Window } from './browser.ts'

describe.skipIf(!hasBrowser)('a request that is told by telephone', { timeout: 120_000 }, () => {
  let demo: TestDemo
  let browser: Browser
  let baseUrl = ''
  beforeAll(async () => {
    ;[demo, browser] = await Promise.all([startDemo(), openBrowser()])
    baseUrl = demo.demo.gateway.addresses.baseUrl
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await demo?.[Symbol.asyncDispose]()
  })

  test.each([
    ['with script', true, 'Dupontel'],
    ['without script', false, 'Martinez'],
  ])('is taken, judged and booked by keyboard alone in less than 90 s, %s', async (_, script, family) => {
    await using window = await openWindow(browser, { script })
    await signIn(window.page, baseUrl, 'Maëlys')
    const began = performance.now()
    const typist = await taken(window, family)
    await window.page.waitForURL(/\/console\/requests\//)
    expect(await window.page.locator('[data-part=judgement] .badge').textContent()).toBe('Conforme')
    await focused(window.page) // the best place has the focus
    await typist.presses('Enter')
    await window.page.waitForURL(/done=done\./)
    const spentMs = typist.spentMs + performance.now() - began
    expect(await window.page.locator('[data-part=places] .badge').textContent()).toBe('Confirmé')
    expect(spentMs).toBeLessThan(90_000)
    expect(window.complaints).toEqual([])
    await keptUnderHerName(window.page.url(), demo)
  })

  test('says nothing of the patient in addresses and in the log', async () => {
    await using window = await openWindow(browser)
    const addresses: string[] = []
    window.page.on('request', (request) => addresses.push(request.url()))
    await signIn(window.page, baseUrl, 'Noah')
    await taken(window, 'Introuvable')
    await window.page.waitForURL(/\/console\/requests\//)
    expect([...addresses, ...demo.log].filter((line) => /introuvable|12.?05.?1984/i.test(line))).toEqual([])
  })

  test('sent twice is one request', async () => {
    await using window = await openWindow(browser)
    await signIn(window.page, baseUrl, 'Noah')
    const sent: { url: string; body: string }[] = []
    window.page.on('request', (request) => {
      if (request.method() === 'POST') sent.push({ url: request.url(), body: request.postData() ?? '' })
    })
    await taken(window, 'Deuxfois')
    await window.page.waitForURL(/\/console\/requests\//)
    const again = await window.context.request.post(sent[0]?.url ?? '', {
      data: sent[0]?.body ?? '',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: baseUrl },
      maxRedirects: 0,
    })
    expect(again.status()).toBe(303)
    expect(again.headers().location).toContain(new URL(window.page.url()).pathname)
  })
})

/** Writes a call down from the first page on: an ultrasound for a renal colic, all that is needed told. */
async function taken({ page }: Window, family: string): Promise<Typist> {
  const typist = new Typist(page)
  await page.getByRole('link', { name: 'Nouvelle demande' }).focus()
  await typist.presses('Enter')
  await page.waitForURL(/\/console\/new$/)
  await focused(page)
  await typist.types('Coli')
  await typist.presses('Tab')
  await typist.presses('Enter')
  await page.waitForURL(/about=/)
  await focused(page)
  typist.pauses(3_000)
  for (const text of ['99900000011', '0199000000', family, 'Lucie', '12051984']) {
    await typist.types(text)
    await typist.presses('Tab')
  }
  await typist.presses('Space') // a woman
  await typist.presses('Tab')
  await typist.types('0611223344')
  await typist.presses('Tab')
  await typist.types('Petit-Bourg')
  await typist.presses('Tab', 2) // the first exam is chosen
  await answered(typist, page)
  await typist.types('Obstacle ?')
  await typist.presses('Tab')
  await typist.types('Douleur, fièvre')
  await typist.presses('Tab', 3)
  await typist.presses('Tab')
  typist.pauses(1_000)
  await typist.presses('Enter')
  return typist
}

/** A page has shown where one begins: what is typed before goes nowhere. */
const focused = (page: Window['page']) => page.locator('[autofocus]:focus').waitFor()

/** Says no to each question that is needed; the rest is left open. */
async function answered(typist: Typist, page: Window['page']): Promise<void> {
  for (;;) {
    const name = await page.locator(':focus').getAttribute('name')
    if (name === null || !name.startsWith('q.')) return
    const needed = await page
      .locator(':focus')
      .evaluate((field) => /nécessaire/.test(field.closest('.field')?.textContent ?? ''))
    typist.pauses(1_500) // asks, and hears
    if (needed) await typist.presses('ArrowRight')
    await typist.presses('Tab')
  }
}

/** What was done is in the trail under the name of who did it, for her organisation. */
async function keptUnderHerName(url: string, demo: TestDemo): Promise<void> {
  const id = new URL(url).pathname.split('/').at(-1)
  const cell = demo.as('cell')
  const hers = { name: 'FICTIVE Maëlys', who: expect.stringMatching(/^Practitioner\//) }
  const steps = async () => {
    const events = await cell.search<AuditEvent>(`AuditEvent?entity=ServiceRequest/${id}`)
    return events.flatMap(({ subtype = [], agent }) =>
      subtype.map(({ code }) => ({ code, name: agent[0]?.name, who: agent[0]?.who?.reference })),
    )
  }
  expect(await steps()).toContainEqual({ code: 'referral.received', ...hers })
  // What is looked at is written down within a second or two.
  const look = async () => expect(await steps()).toContainEqual({ code: 'console', ...hers })
  await vi.waitFor(look, { timeout: 60_000, interval: 500 })
  expect(await cell.search<ServiceRequest>(`ServiceRequest?_id=${id}`)).toMatchObject([{ status: 'active' }])
  expect(await cell.search<Task>(`Task?focus=ServiceRequest/${id}`)).not.toEqual([])
  expect(await cell.search<Communication>(`Communication?based-on=ServiceRequest/${id}`)).toEqual([])
}
