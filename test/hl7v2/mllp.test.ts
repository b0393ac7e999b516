import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Deframer, deframe, frame } from '../../src/hl7v2/mllp.ts'

const messages = ['MSH|first', 'MSH|é € \x0b within', 'MSH|third\r'].map((text) => Buffer.from(text))
const stream = Buffer.concat([Buffer.from('noise'), ...messages.map(frame), Buffer.from('\r\n')])

const pushed = (deframer: Deframer, chunks: readonly Buffer[]) =>
  chunks.flatMap((chunk) => deframer.push(chunk))

describe('frames', () => {
  test('several in one packet come apart', () => {
    expect(deframe(stream)).toEqual({ frames: messages, rest: Buffer.alloc(0) })
  })

  test('are whole wherever the stream is cut', () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      const deframer = new Deframer()
      expect(pushed(deframer, [stream.subarray(0, cut), stream.subarray(cut)])).toEqual(messages)
      expect(deframer.rest).toHaveLength(0)
    }
  })

  test('are whole byte by byte', () => {
    expect(
      pushed(
        new Deframer(),
        Array.from(stream, (byte) => Buffer.of(byte)),
      ),
    ).toEqual(messages)
  })

  test('are whole in whatever pieces they come', () => {
    const pieces = fc.array(fc.nat(stream.length), { maxLength: 12 }).map((cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), stream.length]
      return at.slice(1).map((end, n) => stream.subarray(at[n], end))
    })
    fc.assert(
      fc.property(pieces, (chunks) => {
        expect(pushed(new Deframer(), chunks)).toEqual(messages)
      }),
    )
  })

  test('the unfinished tail is put before the next bytes', () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      const first = deframe(stream.subarray(0, cut))
      const second = deframe(Buffer.concat([first.rest, stream.subarray(cut)]))
      expect([...first.frames, ...second.frames]).toEqual(messages)
    }
  })

  test('need no CR after them', () => {
    const bare = Buffer.from('\x0bone\x1c\x0btwo\x1c')
    expect(deframe(bare).frames.map(String)).toEqual(['one', 'two'])
  })

  test('that are empty are no messages', () => {
    expect(deframe(Buffer.from('\x0b\x1c\r\x0bx\x1c\r')).frames.map(String)).toEqual(['x'])
  })

  test('a sender that broke off and begins again is heard from there', () => {
    expect(deframe(Buffer.from('\x0bMSH|half\x0bMSH|whole\x1c\r')).frames.map(String)).toEqual(['MSH|whole'])
  })

  test('whatever the bytes, none are made up', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { frames, rest } = deframe(Buffer.from(bytes))
        expect(Buffer.concat([...frames, rest]).length).toBeLessThanOrEqual(bytes.length)
      }),
    )
  })
})

describe('a frame that never ends', () => {
  test('is given up at the limit, and what came before it is not', () => {
    const deframer = new Deframer(10)
    const frames = deframer.push(
      Buffer.concat([frame(Buffer.from('before')), Buffer.from('\x0bMSH|too long')]),
    )
    expect(frames.map(String)).toEqual(['before'])
    expect(deframer.isTooLong).toBe(true)
    expect(deframer.head.toString()).toBe('MSH|too long')
    expect(deframer.push(frame(Buffer.from('after')))).toEqual([])
  })

  test('is given up in small pieces too', () => {
    const deframer = new Deframer(10)
    pushed(deframer, [Buffer.from('\x0bMSH|x'), Buffer.from('12345'), Buffer.from('67890')])
    expect(deframer.isTooLong).toBe(true)
    expect(deframer.head.toString()).toBe('MSH|x12345')
  })

  test('of exactly the limit is taken', () => {
    const deframer = new Deframer(10)
    expect(deframer.push(frame(Buffer.alloc(10, 'x')))).toHaveLength(1)
    expect(deframer.isTooLong).toBe(false)
  })
})

test('eight megabytes in packets take no longer for being one message', () => {
  const packet = Buffer.alloc(1460, 'x')
  const count = Math.ceil((8 * 1024 * 1024) / packet.length)
  const timed = (frames: number) => {
    const deframer = new Deframer()
    const before = process.cpuUsage().user
    for (let n = 0; n < count; n++) {
      if (n % Math.ceil(count / frames) === 0) deframer.push(Buffer.from('\x1c\r\x0b'))
      deframer.push(packet)
    }
    deframer.push(Buffer.from('\x1c\r'))
    return process.cpuUsage().user - before
  }
  timed(1)
  expect(timed(1)).toBeLessThan(10 * timed(count) + 50_000)
})
