import { expect, test } from 'vitest'
import { openLog } from '../src/log.ts'

function logged(tell: (log: ReturnType<typeof openLog>) => void) {
  const lines: string[] = []
  tell(openLog('info', { write: (line) => lines.push(line) }))
  return lines.map((line) => JSON.parse(line))
}

test('an event is one line of JSON with its ids and durations', () => {
  const [line] = logged((log) => log.event('message.received', { row: 'r1', ms: 12 }))
  expect(line).toEqual({
    level: 'info',
    at: expect.stringMatching(/Z$/),
    event: 'message.received',
    row: 'r1',
    ms: 12,
  })
})

test('names, texts and secrets do not reach the log, even by mistake', () => {
  const [line] = logged((log) =>
    log.event('token.refused', { token: 'abc', reason: 'bad eyJhbGciOiJub25lIn0.e30.x', family: 'Martin' }),
  )
  expect(JSON.stringify(line)).not.toMatch(/abc|eyJ|Martin/)
})

test('a failure is told by its kind and place, never by its message', () => {
  const [line] = logged((log) => log.failed('job.failed', new TypeError('Martin, born 1970'), { job: '42' }))
  expect(line).toMatchObject({ level: 'error', kind: 'TypeError', job: '42' })
  expect(line.where[0]).toMatch(/test\/log\.test\.ts/)
  expect(JSON.stringify(line)).not.toMatch(/Martin|1970/)
})

test('what is below the level is not told', () => {
  expect(logged((log) => log.debug('lane.idle'))).toEqual([])
})
