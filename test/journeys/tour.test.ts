import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { orders } from '../../src/demo/tour/order.ts'
import { play } from '../../src/demo/tour/play.ts'
import { field, valueAt } from '../../src/hl7v2/message.ts'
import { until } from '../support/clock.ts'
import { startDemo, startGateway, type TestDemo } from '../support/gateway.ts'

/** One referral's whole way on the demo, by each of the four kinds of radiology system. */
describe('on the demo', () => {
  let demo: TestDemo
  beforeAll(async () => {
    demo = await startDemo()
  })
  afterAll(() => demo?.[Symbol.asyncDispose]())

  test.each(orders.map((order) => [order.ris, order] as const))(
    'a referral goes its whole way with a centre that speaks %s',
    async (_, order) => {
      const steps: string[] = []
      const { request, appointment, comment, reply } = await play(order, demo.world, ({ says }) =>
        steps.push(says),
      )
      expect(steps.length).toBeGreaterThanOrEqual(9)
      expect(appointment).toMatchObject({
        status: 'booked',
        basedOn: [{ reference: `ServiceRequest/${request.id}` }],
      })
      expect(comment).toMatchObject({
        status: 'completed',
        basedOn: [{ reference: `ServiceRequest/${request.id}` }],
        subject: request.subject,
      })
      expect(reply.inResponseTo).toEqual([{ reference: `Communication/${comment.id}` }])
    },
    30_000,
  )

  test('a referral goes its whole way through two gateways: sent to one, booked at the other', async () => {
    const [order] = orders
    if (!order) throw new Error('The tour has no orders')
    await using second = await startGateway({
      territory: { path: join(demo.demo.folder, 'territory'), clients: demo.world.clients },
      databaseUrl: demo.databaseUrl,
    })
    const { request, appointment } = await play(order, { ...demo.world, mllp: second.mllp }, () => {})
    expect(appointment.status).toBe('booked')
    expect(second.log.some((line) => line.includes('"message.received"'))).toBe(true)
    expect(await second.as('ehr').get(`ServiceRequest/${request.id}`)).toEqual(request)
  }, 30_000)

  test("the partners' own diaries have the bookings, once each", () => {
    const booked = Object.values(demo.demo.partners?.diaries ?? {}).map(
      ({ bookings }) => [...bookings.values()].filter(({ status }) => status === 'booked').length,
    )
    expect(booked).toEqual([2, 1, 1])
  })

  test('the order at the RIS names the doctor, the patient and the answers', async () => {
    const orders = demo.demo.partners?.mllp.orders
    const [order] = await until(
      () => [...(orders?.values() ?? [])],
      (all) => all.length > 0,
    )
    expect(order && ['ORC-12.1', 'OBR-16.1', 'PID-3.1'].map((place) => field(order, place))).toEqual([
      expect.stringMatching(/^8\d{11}$/),
      expect.stringMatching(/^8\d{11}$/),
      '279035121518989',
    ])
    const answers = order?.segments
      .filter(({ name }) => name === 'OBX')
      .map((obx) => valueAt(obx, { field: 3 }))
    expect(answers).toEqual(expect.arrayContaining(['82810-3', '30954-2']))
  })

  test('the log names no patient', () => {
    const words = ['PAT-TROIS', 'DOMINIQUE', '279035121518989', 'Breteuil', '1979-03-28', '19790328']
    const said = demo.log.filter((line) =>
      words.some((word) => line.toLowerCase().includes(word.toLowerCase())),
    )
    expect(demo.log.length).toBeGreaterThan(20)
    expect(said).toEqual([])
  })
})
