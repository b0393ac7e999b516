import type { Appointment, AuditEvent, Bundle, ServiceRequest, Task } from '@medplum/fhirtypes'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { turnableClock } from '../support/clock.ts'
import { startDemo, type TestDemo } from '../support/gateway.ts'
import { faultsOf, hasBrowser, openBrowser, openWindow, signIn } from './browser.ts'

/** A Wednesday, ten minutes before the centre that only telephones has its first patient. */
const beforeAnybodyCame = '2026-11-25T12:50:00+01:00'

describe.skipIf(!hasBrowser)('a centre’s day', { timeout: 120_000 }, () => {
  const clock = turnableClock(beforeAnybodyCame)
  let demo: TestDemo
  let browser: Browser
  let day = ''
  beforeAll(async () => {
    ;[demo, browser] = await Promise.all([startDemo(clock), openBrowser()])
    const centre = demo.world.centres.find(({ connector }) => connector === 'telephone')?.id
    day = `${demo.demo.gateway.addresses.baseUrl}/console/centres/${centre}`
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await demo?.[Symbol.asyncDispose]()
  })

  test('says who has come, by keyboard alone, under the name of whoever wrote it down', async () => {
    const id = await booked(demo, clock(), 'Matinale')
    await using window = await openWindow(browser)
    const { page } = window
    await signIn(page, demo.demo.gateway.addresses.baseUrl, 'Maëlys')
    await page.goto(day)
    expect(await faultsOf(page)).toEqual([])
    expect(await choicesOn(page, 'MATINALE')).toEqual(['Arrivé', 'Examen fait'])
    for (const [said, state] of [
      ['Arrivé', 'Patient arrivé'],
      ['Examen fait', 'Examen fait'],
    ] as const) {
      await page.keyboard.press('j')
      await page.keyboard.press('Tab')
      expect(await page.locator(':focus').textContent()).toBe(said)
      await page.keyboard.press('Enter')
      await badge(page, 'MATINALE', state).waitFor()
      expect(page.url()).toMatch(new RegExp(`#appointment-${id}$`))
    }
    expect(await choicesOn(page, 'MATINALE')).toEqual([])
    expect(await appointmentOf(demo, id)).toMatchObject({ status: 'fulfilled' })
    const events = await demo.as('cell').search<AuditEvent>(`AuditEvent?entity=Appointment/${id}&action=U`)
    expect(
      events.flatMap(({ agent }) => agent).filter(({ name }) => name === 'FICTIVE Maëlys'),
    ).toMatchObject([{ requestor: true }, { requestor: true }])
    expect(window.complaints).toEqual([])
  })

  test('says who did not come once it is time, and who came late after all, without script', async () => {
    const id = await booked(demo, clock(), 'Tardive')
    await using window = await openWindow(browser, { script: false, language: 'en-GB', width: 390 })
    const { page } = window
    await signIn(page, demo.demo.gateway.addresses.baseUrl, 'Noah')
    await page.goto(day)
    expect(await choicesOn(page, 'TARDIVE')).toEqual(['Arrived', 'Exam done'])
    clock.turn({ minutes: 40 })
    await page.reload()
    expect(await choicesOn(page, 'TARDIVE')).toEqual(['Arrived', 'Exam done', 'Did not come'])
    await lineOf(page, 'TARDIVE').getByRole('button', { name: 'Did not come' }).press('Enter')
    expect(await page.getByRole('status').textContent()).toContain('nobody came')
    expect(await stageOf(demo, id)).toBe('visit-unattended')
    await lineOf(page, 'TARDIVE').getByRole('link').press('Enter')
    expect(await page.locator('[data-part=places] .badge').first().textContent()).toBe('Patient did not come')
    expect(await page.getByRole('button', { name: /^Book / }).count()).toBeGreaterThan(0)
    await page.goto(day)
    await lineOf(page, 'TARDIVE').getByRole('button', { name: 'Arrived' }).press('Enter')
    await badge(page, 'TARDIVE', 'Patient arrived').waitFor()
    expect(await stageOf(demo, id)).toBe('visit-scheduled')
  })

  test('a cancellation that a centre is to be told by telephone stands on the first page until it is told', async () => {
    const id = await booked(demo, clock(), 'Guérie')
    const { basedOn = [] } = await appointmentOf(demo, id)
    const request = await demo.as('ehr').get<ServiceRequest>(basedOn[0]?.reference ?? '')
    const back = await demo
      .as('ehr')
      .call('PUT', `ServiceRequest/${request.id}`, { ...request, status: 'revoked' })
    expect(back.status).toBe(200)
    await using window = await openWindow(browser)
    const { page } = window
    await signIn(page, demo.demo.gateway.addresses.baseUrl, 'Maëlys')
    const told = page.getByRole('button', { name: /C’est dit : GUÉRIE/ })
    expect(await faultsOf(page)).toEqual([])
    await told.press('Enter')
    await page.waitForURL(/done=done\.told/)
    expect(await told.count()).toBe(0)
    const calls = await demo.as('cell').search<Task>(`Task?code=cancel-booking&focus=Appointment/${id}`)
    expect(calls).toMatchObject([{ status: 'completed' }])
    const events = await demo.as('cell').search<AuditEvent>(`AuditEvent?entity=Task/${calls[0]?.id}&action=U`)
    expect(events.flatMap(({ agent }) => agent.map(({ name }) => name))).toContain('FICTIVE Maëlys')
  })

  test('offers nothing to who may only look', async () => {
    await using window = await openWindow(browser)
    await signIn(window.page, demo.demo.gateway.addresses.baseUrl, 'Inès')
    await window.page.goto(day)
    expect(await lineOf(window.page, 'TARDIVE').count()).toBe(1)
    expect(await choicesOn(window.page, 'TARDIVE')).toEqual([])
  })
})

const lineOf = (page: Page, name: string) => page.locator('.day tr').filter({ hasText: name })
const badge = (page: Page, name: string, hasText: string) => lineOf(page, name).locator('.badge', { hasText })
const choicesOn = (page: Page, name: string) => lineOf(page, name).getByRole('button').allTextContents()

const appointmentOf = (demo: TestDemo, id: string) => demo.as('cell').get<Appointment>(`Appointment/${id}`)

async function stageOf(demo: TestDemo, id: string): Promise<string | undefined> {
  const { basedOn = [] } = await appointmentOf(demo, id)
  const [task] = await demo
    .as('cell')
    .search<Task>(`Task?focus=${basedOn[0]?.reference}&part-of:missing=true`)
  return task?.businessStatus?.coding?.[0]?.code
}

/** A request that has the next place of the centre that only telephones, which has said yes; the appointment's id. */
async function booked(demo: TestDemo, now: Date, familyName: string): Promise<string> {
  const [ehr, cell] = [demo.as('ehr'), demo.as('cell')]
  const { headers } = await ehr.call('POST', '/intake/referrals', intake(familyName), {
    'content-type': 'application/json',
  })
  const request = await cell.get<ServiceRequest>(
    `ServiceRequest/${headers.get('location')?.split('/').at(-1)}`,
  )
  const centre = demo.world.centres.find(({ connector }) => connector === 'telephone')?.id
  const { body } = await cell.asks<Bundle<Appointment>>('find', [
    { name: 'start', valueDateTime: now.toISOString() },
    { name: 'end', valueDateTime: new Date(now.getTime() + 3 * 3_600_000).toISOString() },
    { name: 'referral-identifier', valueIdentifier: request.identifier?.[0] ?? {} },
    { name: 'organization', valueReference: { reference: `Organization/${centre}` } },
  ])
  const place = body.entry?.map(({ resource }) => resource).find((one) => one?.resourceType === 'Appointment')
  const answer = await cell.asks<Bundle>('book', [
    { name: 'appointment-reference', valueReference: { reference: `Appointment/${place?.id}` } },
  ])
  const id = answer.body.entry
    ?.map(({ resource }) => resource)
    .find((one) => one?.resourceType === 'Appointment')?.id
  const [call] = await cell.search<Task>(`Task?code=confirm-booking&focus=Appointment/${id}`)
  const said = await cell.call('PUT', `Task/${call?.id}`, { ...call, status: 'completed' })
  if (said.status !== 200) throw new Error(`HTTP ${said.status}`)
  return id ?? ''
}

const intake = (familyName: string) => ({
  version: 1,
  placerOrderNumber: `day-${familyName}`,
  patient: { familyName, givenName: 'Anne', birthDate: '1970-02-03', sex: 'female' },
  prescriber: { rpps: '99900000011' },
  exam: { code: { system: 'http://loinc.org', code: '24558-9' }, modality: 'US' },
  reason: { text: 'Colique hépatique', code: { system: 'http://hl7.org/fhir/sid/icd-10', code: 'K80.2' } },
  purpose: 'Lithiase ?',
  priority: 'routine',
  answers: ['fever', 'jaundice'].map((question) => ({ question, answer: 'no' })),
})
