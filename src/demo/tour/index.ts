import { readConfig } from '../../config.ts'
import { orders } from './order.ts'
import { play } from './play.ts'
import { visit } from './world.ts'

const usage = `npm run tour [-- v2|fhir|json|manual|all]

Plays one referral's whole way on a running demo, by the kind of radiology system that is named (v2 unless said):
order in, slot found, held, booked, comment back, reply. Prints each step with the address of what it made.`

/** Exit 0 done, 1 failed, 2 wrong use. */
async function tour(arguments_: readonly string[]): Promise<number> {
  const [kind = 'v2'] = arguments_
  const chosen = orders.filter(({ ris }) => kind === 'all' || ris === kind)
  if (kind === '--help' || chosen.length === 0) {
    process.stdout.write(`${usage}\n`)
    return kind === '--help' ? 0 : 2
  }
  const started = performance.now()
  const world = await visit(readConfig(process.env).RELAIS_DATA_DIR)
  for (const order of chosen) {
    process.stdout.write(
      `\n${order.exam.text}, at a centre ${order.ris === 'manual' ? 'with a telephone' : `that speaks ${order.ris}`}\n`,
    )
    await play(order, world, ({ says, url }) =>
      process.stdout.write(`  ${says}\n${url ? `    ${url}\n` : ''}`),
    )
  }
  process.stdout.write(`\nThe whole way in ${((performance.now() - started) / 1000).toFixed(1)} s.\n`)
  return 0
}

try {
  process.exitCode = await tour(process.argv.slice(2))
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
  process.exitCode = 1
}
