import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Hono } from 'hono'
import type { ConsoleEnv } from './desk.ts'

const files = {
  'console.css': 'text/css; charset=utf-8',
  'console.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const

type Name = keyof typeof files

/** Read when the room is entered: they are part of the code. */
const contents = new Map(
  Object.entries(files).map(([name, type]) => {
    const bytes = readFileSync(new URL(`assets/${name}`, import.meta.url))
    return [name, { type, bytes, digest: createHash('sha256').update(bytes).digest('hex').slice(0, 12) }]
  }),
)

const at = (name: Name): string => `/console/assets/${contents.get(name)?.digest}/${name}`

/** Addresses of what pages are made with: each changes with its content, so that browsers may keep it. */
export const assets = { css: at('console.css'), script: at('console.js'), icon: at('icon.svg') }

/** Serves them; they say nothing of anybody. */
export function serveAssets(app: Hono<ConsoleEnv>): void {
  app.get('/assets/:digest/:name', (c) => {
    c.set('route', '/console/assets')
    const file = contents.get(c.req.param('name'))
    if (!file || file.digest !== c.req.param('digest')) return c.notFound()
    return c.body(file.bytes, 200, {
      'content-type': file.type,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    })
  })
}
