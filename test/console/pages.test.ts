import type { ServiceRequest } from '@medplum/fhirtypes'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDemo, type TestDemo } from '../support/gateway.ts'
import { faultsOf, hasBrowser, openBrowser, openWindow, signIn } from './browser.ts'

describe.skipIf(!hasBrowser)('the pages in a browser', { timeout: 120_000 }, () => {
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

  test.each(['fr-FR', 'en-GB'] as const)(
    'are free of what axe finds against WCAG AA, in %s',
    async (language) => {
      const id = await sent(demo)
      await using window = await openWindow(browser, { language })
      const { page } = window
      await page.goto(`${baseUrl}/console`)
      const found: Record<string, string[]> = { door: await faultsOf(page) }
      await signIn(page, baseUrl, 'Noah')
      const centre = demo.world.centres[0]?.id
      const paths = [
        '',
        '?list=late',
        '/new',
        '/new?about=I8',
        `/requests/${id}`,
        '/waiting',
        '/search',
        '/centres',
        `/centres/${centre}`,
        '/counts',
        '/nowhere',
      ]
      for (const path of paths) {
        await page.goto(`${baseUrl}/console${path}`)
        found[path] = await faultsOf(page)
        expect(await page.locator('html').getAttribute('lang')).toBe(language.slice(0, 2))
      }
      await page.goto(`${baseUrl}/console/new?about=I8`)
      await page.getByRole('button', { name: /^(Enregistrer la demande|Keep the request)$/ }).press('Enter')
      await page.getByRole('alert').waitFor()
      found.faults = await faultsOf(page)
      await page.goto(`${baseUrl}/console`)
      await page.getByRole('searchbox').fill('patiente')
      await page.keyboard.press('Enter')
      await page.getByRole('status').waitFor()
      found.search = await faultsOf(page)
      expect(Object.entries(found).filter(([, faults]) => faults.length > 0)).toEqual([])
      expect(window.complaints.filter((one) => !/422|404/.test(one))).toEqual([])
    },
    120_000,
  )

  test('load nothing from outside, and forbid it', async () => {
    await using window = await openWindow(browser)
    const { page } = window
    const hosts = new Set<string>()
    page.on('request', (request) => hosts.add(new URL(request.url()).origin))
    await signIn(page, baseUrl, 'Noah')
    hosts.clear()
    const answer = await page.goto(`${baseUrl}/console`)
    expect([...hosts]).toEqual([baseUrl])
    const policy = answer?.headers()['content-security-policy'] ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|\*/)
    expect(await page.locator('[style]').count()).toBe(0)
  })

  test('show what happens elsewhere without being asked, where script is on', async () => {
    await using window = await openWindow(browser)
    await signIn(window.page, baseUrl, 'Noah')
    const rows = window.page.locator('a[data-row]')
    const before = await rows.count()
    await sent(demo)
    await expect.poll(() => rows.count()).toBeGreaterThan(before)
  })

  test('fit a telephone: nothing is wider than the screen', async () => {
    const id = await sent(demo)
    await using window = await openWindow(browser, { width: 390 })
    await signIn(window.page, baseUrl, 'Noah')
    const centre = demo.world.centres[0]?.id
    for (const path of [
      '',
      '/new?about=I8',
      `/requests/${id}`,
      '/waiting',
      `/centres/${centre}`,
      '/counts',
    ]) {
      await window.page.goto(`${baseUrl}/console${path}`)
      expect({ path, over: await overflowOf(window.page) }).toEqual({ path, over: 0 })
    }
  })

  test('two who take one request: one has it, the other is told', async () => {
    const id = await sent(demo)
    await using one = await openWindow(browser, { script: false })
    await using other = await openWindow(browser, { script: false })
    await signIn(one.page, baseUrl, 'Maëlys')
    await signIn(other.page, baseUrl, 'Noah')
    for (const { page } of [one, other]) await page.goto(`${baseUrl}/console/requests/${id}`)
    await one.page.getByRole('button', { name: 'Je la prends' }).press('Enter')
    await one.page.getByRole('status').waitFor()
    await other.page.getByRole('button', { name: 'Je la prends' }).press('Enter')
    expect(await other.page.getByRole('alert').textContent()).toContain('Quelqu’un a été plus rapide')
    expect(await other.page.locator('[data-part=holder] strong').textContent()).toBe('FICTIVE Maëlys')
  })

  test('a coordinator sees all and changes nothing', async () => {
    const id = await sent(demo)
    await using window = await openWindow(browser)
    await signIn(window.page, baseUrl, 'Inès')
    await window.page.goto(`${baseUrl}/console/requests/${id}`)
    await window.page.getByRole('button', { name: 'Je la prends' }).press('Enter')
    expect(await window.page.getByRole('alert').textContent()).toContain('Vous n’avez pas le droit')
  })

  test('signing out ends the session here and there', async () => {
    await using window = await openWindow(browser)
    const { page, context } = window
    await signIn(page, baseUrl, 'Maëlys')
    const cookies = await context.cookies(baseUrl)
    expect(cookies.find(({ name }) => name === 'relais-session')).toMatchObject({
      httpOnly: true,
      sameSite: 'Lax',
    })
    await page.getByRole('button', { name: 'Se déconnecter' }).press('Enter')
    await page.getByRole('button', { name: /Oui/ }).press('Enter')
    await page.waitForURL(`${baseUrl}/console/signed-out`)
    await context.addCookies(cookies)
    await page.goto(`${baseUrl}/console`)
    expect(await page.locator('h1').textContent()).toBe('Connexion')
  })
})

/** By how many pixels the page is wider than its window. */
const overflowOf = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')

let number = 0

/** A request as the doctor's software sends it; its id. */
async function sent(demo: TestDemo): Promise<string> {
  const ehr = demo.as('ehr')
  const { status, headers } = await ehr.call('POST', '/intake/referrals', intake(++number), {
    'content-type': 'application/json',
  })
  if (status !== 201) throw new Error(`HTTP ${status}`)
  const id = headers.get('location')?.split('/').at(-1) ?? ''
  await ehr.get<ServiceRequest>(`ServiceRequest/${id}`)
  return id
}

const intake = (n: number) => ({
  version: 1,
  placerOrderNumber: `page-${n}`,
  patient: {
    familyName: `Patiente${n}`,
    givenName: 'Anne',
    birthDate: '1970-02-03',
    sex: 'female',
    city: 'Petit-Bourg',
  },
  prescriber: { rpps: '99900000011' },
  exam: { code: { system: 'http://loinc.org', code: '36813-4' }, modality: 'CT' },
  reason: {
    text: 'Suspicion de pancréatite',
    code: { system: 'http://hl7.org/fhir/sid/icd-10', code: 'K85.9' },
  },
  priority: 'urgent',
})
