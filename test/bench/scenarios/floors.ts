import { request } from '../dataset.ts'
import { httpLine, httpRequest, mllpLine } from '../lines.ts'
import { json, one } from './http.ts'
import type { Scenario, Where } from './scenario.ts'
import { orderMessage } from './v2-intake.ts'

interface ReadOrder {
  where: Where
  ids: readonly string[]
}

const rows = 2_000
const body = JSON.stringify(request('floor', 'patient', 'doctor'))

/** Bare hono with one select by key. */
export const floorRead: Scenario<ReadOrder> = {
  name: 'floor-read',
  server: 'floors',
  async order({ floors: { http } }) {
    const ids = Array.from({ length: rows }, (_, n) => `read-${Date.now()}-${n}`)
    const base = `http://${http.host}:${http.port}`
    for (const id of ids) await fetch(`${base}/insert/${id}`, { method: 'POST', body })
    return { where: http, ids }
  },
  line: ({ where: { host, port } }) => httpLine(host, port),
  request: ({ ids }, n) => httpRequest('GET', `/read/${one(ids, n)}`, {}),
  isRight: ({ status, body: answered }) => status === 200 && answered.startsWith('{"resourceType"'),
}

/** Bare hono with one insert of a row, and its commit. */
export const floorInsert: Scenario<{ where: Where }> = {
  name: 'floor-insert',
  server: 'floors',
  order: async ({ floors: { http } }) => ({ where: http }),
  line: ({ where: { host, port } }) => httpLine(host, port),
  request: (_, n) => httpRequest('POST', `/insert/${n}`, json, body),
  isRight: ({ status }) => status === 201,
}

/** An MLLP listener that sends each frame back. */
export const floorMllp: Scenario<{ where: Where }> = {
  name: 'floor-mllp',
  server: 'floors',
  order: async ({ floors: { mllp } }) => ({ where: mllp }),
  line: ({ where: { host, port } }) => mllpLine(host, port),
  request: (_, n) => Buffer.from(`\x0b${orderMessage(n)}\x1c\r`),
  isRight: ({ body: answered }) => answered.startsWith('MSH|'),
}
