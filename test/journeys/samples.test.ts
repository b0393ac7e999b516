import { readFileSync } from 'node:fs'
import type { Communication, DiagnosticReport, ServiceRequest, Task } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDemo, type TestDemo } from '../support/gateway.ts'
import { say, toldBy } from '../support/peers.ts'
import { linesNaming } from './support.ts'

/** The public sample messages, as they are, sent to the demo's HL7 v2 port: its senders are known there. */
let demo: TestDemo
beforeAll(async () => {
  demo = await startDemo()
})
afterAll(() => demo?.[Symbol.asyncDispose]())

const folder = new URL('../samples/', import.meta.url)
const bytesOf = (name: string): Buffer => readFileSync(new URL(`${name}.hl7`, folder))
const send = (name: string, withinMs?: number) => say(bytesOf(name), demo.world.mllp, withinMs)
const requests = (number: string) =>
  demo.as('ehr').search<ServiceRequest>(`ServiceRequest?identifier=${encodeURIComponent(number)}`)

describe('orders', () => {
  test.each([
    ['hl7v2/ORM-O01-01', 'AA MSG00018', ['1101']],
    ['hl7v2/ORM-O01-02', 'AA MSG00019', ['1101']],
    ['hl7v2-fr-teleradiology/flux1-ORM_O01-NW-transmission-demande', 'AA 000001', ['OPN101']],
  ])('%s is accepted and becomes a referral', async (name, told, numbers) => {
    expect(toldBy(await send(name))).toBe(told)
    for (const number of numbers) {
      const [request, second] = await requests(number)
      expect(request?.status).toBe('active')
      expect(second).toBeUndefined()
      const tasks = await demo.as('cell').search<Task>(`Task?focus=ServiceRequest/${request?.id}`)
      expect(tasks).toHaveLength(1)
    }
  })

  test('hl7v2/ORM-O01-03 has the control id of another message with other content: a conflict', async () => {
    expect(toldBy(await send('hl7v2/ORM-O01-03'))).toBe('AE MSG00018')
    expect(await requests('2203')).toEqual([])
  })

  test('hl7v2/ORM-O01-03 under a control id of its own is two referrals', async () => {
    const text = bytesOf('hl7v2/ORM-O01-03').toString('latin1').replace('MSG00018', 'MSG00018-3')
    expect(toldBy(await say(Buffer.from(text, 'latin1'), demo.world.mllp))).toBe('AA MSG00018-3')
    expect(await requests('2203')).toHaveLength(1)
    expect(await requests('1101')).toHaveLength(1)
  })

  test('hl7v2/REF-I12-01 is accepted and becomes a referral', async () => {
    expect(toldBy(await send('hl7v2/REF-I12-01'))).toBe('AA MSG00112')
    expect(await requests('226839')).toHaveLength(1)
  })

  test('hl7v2/OMG-O19-01 has the control id of an order that came before: a conflict; under its own it is taken', async () => {
    expect(toldBy(await send('hl7v2/OMG-O19-01'))).toBe('AE MSG00019')
    const text = bytesOf('hl7v2/OMG-O19-01').toString('latin1').replace('MSG00019', 'MSG00019-O')
    expect(toldBy(await say(Buffer.from(text, 'latin1'), demo.world.mllp))).toBe('AA MSG00019-O')
  })
})

describe('answers', () => {
  test('flux3 after flux1 accepts the Task, with the protocol', async () => {
    expect(toldBy(await send('hl7v2-fr-teleradiology/flux3-ORU_R01-OK-reponse-demande'))).toBe('AA 000003')
    const [request] = await requests('OPN101')
    const [task] = await demo.as('cell').search<Task>(`Task?focus=ServiceRequest/${request?.id}`)
    expect(task?.status).toBe('accepted')
    expect(task?.output).toBeDefined()
    expect(request?.status).toBe('active')
    const said = await demo
      .as('ehr')
      .search<Communication>(`Communication?based-on=ServiceRequest/${request?.id}`)
    expect(said).toEqual([])
  })

  test.each(['SIU-S12-01', 'SIU-S13-01', 'SIU-S14-01', 'SIU-S15-01', 'SIU-S17-01', 'SIU-S26-01'])(
    'hl7v2/%s fits nothing known: accepted, kept, left aside',
    async (name) => {
      const before = await demo.as('cell').search('Appointment?_count=1000')
      expect(toldBy(await send(`hl7v2/${name}`))).toMatch(/^AA MSG000/)
      expect(await demo.as('cell').search('Appointment?_count=1000')).toEqual(before)
    },
  )

  test('hl7v2/ORU-R01-01 fits no request: accepted (it asks for enhanced mode: CA), kept, left aside', async () => {
    const reports = () => demo.as('cell').search<DiagnosticReport>('DiagnosticReport?_count=100')
    const before = await reports()
    expect(toldBy(await send('hl7v2/ORU-R01-01'))).toMatch(/^CA 2\.16\.840/)
    expect(await reports()).toEqual(before)
  })

  test.each(['ack-AA', 'ack-AE'])('hl7v2-fr-teleradiology/%s is never answered', async (name) => {
    expect(await send(`hl7v2-fr-teleradiology/${name}`, 1_500)).toBeUndefined()
  })
})

test('each of them is kept, byte for byte', async () => {
  const rows = await demo.demo.gateway.store.messages.list({ limit: 100 })
  const kept = new Map(rows.map(({ raw, status }) => [raw.toString('latin1'), status]))
  const statusOf = (name: string) => kept.get(bytesOf(name).toString('latin1'))
  expect(statusOf('hl7v2/ORM-O01-01')).toBe('transformed')
  expect(statusOf('hl7v2/ORM-O01-03')).toBe('error')
  expect(statusOf('hl7v2/SIU-S12-01')).toBe('filtered')
  expect(statusOf('hl7v2/ORU-R01-01')).toBe('filtered')
  expect(statusOf('hl7v2-fr-teleradiology/ack-AE')).toBe('filtered')
})

test('the log names nobody', () => {
  expect(linesNaming(demo.log, ['PAT-TROIS', 'EVERYWOMAN', 'DOMINIQUE', 'Legend', 'SMITH'])).toEqual([])
})
