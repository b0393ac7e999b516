import { afterAll, beforeAll, expect, test } from 'vitest'
import { noteLook, sourcesNow } from '../../../src/flows/slots/sources.ts'
import type { Territory } from '../../../src/flows/step.ts'
import { openTestDesk, type TestDesk, territory } from '../desk.ts'

const freshness = { limitMs: 60_000, whenOld: 'hide' } as const
const served: Territory = {
  ...territory,
  peers: territory.peers.map((peer) => (peer.name === 'ris' ? { ...peer, freshness } : peer)),
}

let desk: TestDesk
beforeAll(async () => {
  desk = await openTestDesk(served)
})
afterAll(() => desk[Symbol.asyncDispose]())

const known = async () => {
  const sources = await sourcesNow(desk.as('cell'))
  return sources.map(({ peer, knowledge, hidden }) => [peer, knowledge, hidden])
}
const others = [
  ['ris-other', 'current', false],
  ['telephone', 'current', false],
]
const looks = (look: 'seenAt' | 'failedAt') =>
  noteLook('ris', { [look]: desk.clock().toISOString() } as { seenAt: string }, desk.store)

test('a diary that was never read is not known; what is declared or sent is', async () => {
  expect(await known()).toEqual([['ris', 'unread', true], ...others])
})

test('a diary is known for as long as its last look is not older than its limit', async () => {
  await looks('seenAt')
  desk.clock.turn({ seconds: 59 })
  expect(await known()).toEqual([['ris', 'current', false], ...others])
  desk.clock.turn({ seconds: 2 })
  expect(await known()).toEqual([['ris', 'old', true], ...others])
})

test('a look that fails does not make an old one new, nor a new one old', async () => {
  await looks('failedAt')
  expect(await known()).toEqual([['ris', 'failing', true], ...others])
  await looks('seenAt')
  await looks('failedAt')
  expect(await known()).toEqual([['ris', 'current', false], ...others])
})
