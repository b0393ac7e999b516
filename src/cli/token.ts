import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { z } from 'zod'
import { tokenRequest } from '../auth/asking.ts'
import { readConfig } from '../config.ts'
import { command, WrongUse } from './command.ts'

/** A private key, as a JWK. */
const privateKey = z.looseObject({
  kty: z.enum(['EC', 'RSA'], 'a JWK of kty EC or RSA'),
  d: z.string('a private JWK: this one has no d'),
  kid: z.string().optional(),
  alg: z.enum(['ES384', 'RS384']).optional(),
})

const demoFile = z.object({
  tokenUrl: z.string(),
  clients: z.array(
    z.object({ name: z.string(), clientId: z.string(), scope: z.string(), privateJwk: privateKey }),
  ),
})

/** With what a token is asked for. */
interface Credentials {
  clientId: string
  scope: string
  tokenUrl: string
  key: z.output<typeof privateKey>
}

export const token = command({
  usage: '<client> [--scope <scopes>] [--key <file.jwk> --token-url <url>]',
  says: `Prints an access token for a client of the running demo, or for one whose key is given.
It asks as any backend service does: with an assertion that the client's private key signs (SMART Backend Services).
With --json, the whole answer of the token endpoint.`,
  options: { scope: { type: 'string' }, key: { type: 'string' }, 'token-url': { type: 'string' } },
  words: [1, 1],
  async run({ words: [client = ''], options, environment }) {
    const { scope, key, 'token-url': tokenUrl } = options
    if ((key === undefined) !== (tokenUrl === undefined)) {
      throw new WrongUse('--key and --token-url go together.')
    }
    const known =
      key !== undefined && tokenUrl !== undefined
        ? { clientId: client, scope: 'system/*.rs', tokenUrl, key: privateKey.parse(await json(key)) }
        : await demoClient(client, readConfig(environment).RELAIS_DATA_DIR)
    const answer = await granted({ ...known, ...(scope && { scope }) })
    return { text: answer.access_token, value: answer }
  },
})

const json = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'))

async function demoClient(name: string, dataDir: string): Promise<Credentials> {
  const { tokenUrl, clients } = demoFile.parse(
    await json(join(dataDir, 'demo', 'clients.json')).catch(noDemo(dataDir)),
  )
  const client = clients.find((one) => one.name === name)
  if (!client) {
    const names = clients.map((one) => one.name).join(', ')
    throw new Error(`The demo has no client ${name}. One of: ${names}.`)
  }
  return { clientId: client.clientId, scope: client.scope, tokenUrl, key: client.privateJwk }
}

const noDemo =
  (dataDir: string) =>
  (cause: unknown): never => {
    throw new Error(`No demo has run in ${dataDir}. Give the client's key with --key and --token-url.`, {
      cause,
    })
  }

const answered = z.looseObject({ access_token: z.string() })

async function granted({ key, ...asker }: Credentials) {
  const { tokenUrl } = asker
  const body = await tokenRequest({ ...asker, key: key as JWK }, new Date()) // checked above
  const response = await fetch(tokenUrl, { method: 'POST', body }).catch((cause) => {
    throw new Error(`Nobody answers at ${tokenUrl}.`, { cause })
  })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`No token (HTTP ${response.status}): ${text}`)
  return answered.parse(JSON.parse(text))
}
