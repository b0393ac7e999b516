import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcp } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { Pool } from 'pg'
import { Deframer, frame } from '../../../src/hl7v2/mllp.ts'
import { answerUsage } from '../usage.ts'

/** Where the floors answer. */
export interface FloorsReady {
  http: { host: string; port: number }
  mllp: { host: string; port: number }
}

const host = '127.0.0.1'
const [databaseUrl = ''] = process.argv.slice(2)
const pool = new Pool({ connectionString: databaseUrl, max: 16 })
await pool.query(
  'create table if not exists bench_floor (id text primary key, body text not null); truncate bench_floor',
)

const app = new Hono()
/** The least that a read takes: one select by key, its text handed on. */
app.get('/read/:id', async (c) => {
  const { rows } = await pool.query<{ body: string }>({
    name: 'read',
    text: 'select body from bench_floor where id = $1',
    values: [c.req.param('id')],
  })
  return c.body(rows[0]?.body ?? '', 200, { 'content-type': 'application/fhir+json' })
})
/** The least that a durable write takes: one row, and its commit. */
app.post('/insert/:id', async (c) => {
  await pool.query({
    name: 'insert',
    text: 'insert into bench_floor (id, body) values ($1, $2)',
    values: [c.req.param('id'), await c.req.text()],
  })
  return c.body(null, 201)
})
const http = createServer(getRequestListener(app.fetch))

/** The least that HL7 v2 takes: each frame goes back as it came. */
const mllp = createTcp((socket) => {
  const deframer = new Deframer()
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    for (const bytes of deframer.push(chunk)) socket.write(frame(bytes))
  })
})

http.listen(0, host)
mllp.listen(0, host)
await Promise.all([once(http, 'listening'), once(mllp, 'listening')])
answerUsage()
process.once('disconnect', () => process.exit())
// Both listen on TCP.
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port
process.send?.({
  http: { host, port: portOf(http) },
  mllp: { host, port: portOf(mllp) },
} satisfies FloorsReady)
