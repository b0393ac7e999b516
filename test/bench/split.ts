import { readFile } from 'node:fs/promises'

/*
 * Where a gateway's time went, by what it was spent on:
 *
 *   npx --no-install node test/bench/split.ts /tmp/profiles/servicerequest-create-8.cpuprofile
 */

/** What of a profile is read. Source: Chrome DevTools protocol, Profiler.Profile; times in microseconds. */
interface Profile {
  nodes: readonly Call[]
  samples: readonly number[]
  timeDeltas: readonly number[]
}

interface Call {
  id: number
  callFrame: { functionName: string; url: string }
  children?: readonly number[]
}

/** By the file of the nearest caller that is among them. */
const parts: readonly (readonly [part: string, files: RegExp])[] = [
  ['the bench itself', /test\/bench\/|node:inspector/],
  ['driver', /node_modules\/pg/],
  ['validate', /src\/validate\//],
  ['index', /src\/fhir\/search\/|src\/store\/search\//],
  ['SQL: the statement', /src\/store\/(write|sql|commit|together)/],
  ['facts', /src\/store\//],
  ['audit', /src\/audit\//],
  ['auth', /src\/auth\//],
  ['mapping', /src\/transform\/|node_modules\/fhirpath/],
  ['HL7 v2 and lines', /src\/(hl7v2|connectors)\//],
  ['parse: body and JSON', /src\/fhir\/(json|decimals)|src\/api\/body/],
  ['flow', /src\/(flows|gateway|fhir|subscriptions|jobs|indicators)\//],
  ['HTTP', /src\/(api|log)|node_modules\/(@?hono)|node:_http|node:internal\/(http|deps\/undici|webstreams)/],
]

/** Without the nearest of these: V8's own, and the event loop. */
const own: ReadonlyMap<string, string> = new Map([
  ['(garbage collector)', 'garbage'],
  ['(idle)', 'idle'],
])

/** Microseconds by part; what was idle, and what the bench did, is left out. */
function splitOf({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const calls = new Map(nodes.map((node) => [node.id, node]))
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])))
  const partOf = (id: number): string => {
    const found = own.get(calls.get(id)?.callFrame.functionName ?? '')
    if (found !== undefined) return found
    for (let at: number | undefined = id; at !== undefined; at = callers.get(at)) {
      const url = calls.get(at)?.callFrame.url ?? ''
      const part = parts.find(([, files]) => files.test(url))
      if (part) return part[0]
    }
    return 'the rest: event loop, promises'
  }
  const split = new Map<string, number>()
  for (const [n, id] of samples.entries()) {
    const part = partOf(id)
    split.set(part, (split.get(part) ?? 0) + (timeDeltas[n] ?? 0))
  }
  split.delete('idle')
  split.delete('the bench itself')
  return split
}

const [file = ''] = process.argv.slice(2)
const split = splitOf(JSON.parse(await readFile(file, 'utf8')) as Profile) // as the profiler writes it
const total = [...split.values()].reduce((sum, time) => sum + time, 0)
for (const [part, time] of [...split].sort(([, a], [, b]) => b - a))
  process.stdout.write(`${((100 * time) / total).toFixed(1).padStart(5)} %  ${part}\n`)
