import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { loadMaps } from '../../src/transform/index.ts'
import { into } from './support.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void // what the flag gives

test('ten thousand runs leave nothing behind', () => {
  const text = into(
    'Bundle',
    `src.a as a -> tgt.entry as e share x, e.resource = create('Patient') as p, p.name as n first, n.text = a, n.family = (%a.toChars().first());
     src.a as a -> tgt.entry as f last, f.fullUrl = translate(a, '#codes', 'code');`,
  ).replace('group', 'conceptmap "#codes" { prefix s = "urn:s" s:other - s:none }\ngroup')
  const maps = loadMaps([{ name: 'a.map', text }], [])
  const runs = (count: number) => {
    for (let at = 0; at < count; at++) maps.run('test', { a: [`${at}`, 'x'.repeat(100)] })
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = runs(2000)
  const after = runs(10_000)
  expect(after - before).toBeLessThan(2_000_000)
})
