import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { connectors } from '../../src/connectors/index.ts'
import { openGateway } from '../../src/gateway.ts'
import { frame } from '../../src/hl7v2/mllp.ts'
import { silent } from '../../src/log.ts'
import { readTerritory } from '../../src/territory/read.ts'
import { freshDatabase } from '../support/database.ts'
import { practiceV2, writeTerritory } from '../support/gateway.ts'

const file = (name: string) => fileURLToPath(new URL(`../connectors/mllp/tls/${name}`, import.meta.url))
const ca = readFileSync(file('ca.pem'))

test('with a certificate, both listeners speak TLS and nothing else', async () => {
  await using database = await freshDatabase()
  await using territory = await writeTerritory({
    connectors: {
      practice: practiceV2,
      certified: { ...practiceV2, settings: { certificates: ['peer.example'] } },
    },
  })
  const dataDir = await mkdtemp(join(tmpdir(), 'relais-tls-'))
  const { territory: folder } = await readTerritory(territory.path, connectors)
  const config = readConfig({
    RELAIS_PORT: '0',
    RELAIS_MLLP_PORT: '0',
    RELAIS_DATA_DIR: dataDir,
    RELAIS_DATABASE_URL: database.url,
    RELAIS_TLS_CERT: file('gateway.pem'),
    RELAIS_TLS_KEY: file('gateway.key'),
    RELAIS_TLS_CLIENT_CA: file('ca.pem'),
  })
  await using gateway = await openGateway({ config, folder, log: silent, clock: () => new Date() })
  const { baseUrl, http, mllp } = gateway.addresses

  expect(baseUrl).toMatch(/^https:/)
  expect(await get(`${baseUrl}/fhir/metadata`)).toBe(200)
  await expect(fetch(`http://127.0.0.1:${http.port}/live`)).rejects.toThrow()

  const line = { host: '127.0.0.1', port: mllp?.port ?? 0, ca }
  expect(await exchange(connectTls(line))).toMatch(/\rMSA\|A[ER]\|TLS-1.*not configured/s)
  const [cert, key] = [readFileSync(file('peer.pem')), readFileSync(file('peer.key'))]
  const known = await exchange(connectTls({ ...line, cert, key }))
  expect(known).toMatch(/\rMSA\|A[ER]\|TLS-1/)
  expect(known).not.toMatch(/not configured/)
  expect(await exchange(connect({ host: '127.0.0.1', port: mllp?.port ?? 0 }))).toBe('')
  await rm(dataDir, { recursive: true })
})

function get(url: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  request(url, { ca }, (response) => {
    response.resume()
    resolve(response.statusCode)
  })
    .on('error', reject)
    .end()
  return promise
}

/** What comes back on a line for one message of nobody we know; nothing when the line is not what it should be. */
async function exchange(socket: ReturnType<typeof connect>): Promise<string> {
  socket.setTimeout(20_000, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  socket.write(
    frame(Buffer.from('MSH|^~\\&|NOBODY|NOWHERE|RELAIS||20261121||ORM^O01|TLS-1|P|2.5.1\rPID|1\r')),
  )
  const heard: Buffer[] = []
  socket.on('data', (chunk: Buffer) => {
    heard.push(chunk)
    socket.end()
  })
  await once(socket, 'close')
  return Buffer.concat(heard).toString()
}
