import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Hono } from 'hono'
import type { Base } from './base.ts'
import { type Edge, onlyBy, respondPlain } from './edge.ts'
import type { House } from './house.ts'
import { openApi } from './openapi/index.ts'

/** Files of the viewer: address → file in its package, and type. */
const files: Readonly<Record<string, readonly [file: string, type: string]>> = {
  'swagger-ui.css': ['swagger-ui.css', 'text/css'],
  'swagger-ui.js': ['swagger-ui-bundle.js', 'text/javascript'],
}

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Relais: API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="docs"></div>
<script src="/docs/swagger-ui.js"></script>
<script src="/docs/start.js"></script>
</html>
`

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', docExpansion: 'none', filter: true, validatorUrl: null })\n`

/** Everything comes from here; the viewer sets styles on its elements. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"

/** What is served, for machines and in the browser: from the lists that serve it. Open to everybody. */
export function docs(app: Hono<Edge>, bases: readonly Base[], house: House): void {
  let text: string | undefined
  app.get('/openapi.json', (c) => {
    c.set('route', '/openapi.json')
    text ??= JSON.stringify(openApi(bases, house))
    return respondPlain(c, text, 'application/json')
  })
  onlyBy(app, '/openapi.json', 'GET', 'HEAD')
  app.get('/docs', (c) => {
    c.set('route', '/docs')
    const response = respondPlain(c, page, 'text/html; charset=utf-8')
    response.headers.set('content-security-policy', policy)
    return response
  })
  app.get('/docs/start.js', (c) => {
    c.set('route', '/docs/start.js')
    return respondPlain(c, start, 'text/javascript; charset=utf-8')
  })
  const from = createRequire(import.meta.url)
  for (const [name, [file, type]] of Object.entries(files)) {
    app.get(`/docs/${name}`, async (c) => {
      c.set('route', `/docs/${name}`)
      const body = await readFile(from.resolve(`swagger-ui-dist/${file}`))
      return respondPlain(c, new Uint8Array(body), `${type}; charset=utf-8`)
    })
  }
  onlyBy(app, '/docs', 'GET', 'HEAD')
}
