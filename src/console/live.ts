import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { ConsoleDesk, ConsoleEnv } from './desk.ts'

/** Tells open pages that something has changed; they look for themselves, as whoever they are. */
export interface Live extends Disposable {
  stream(c: Context<ConsoleEnv>): Response
}

/** What pages show. */
const shown = /^(Task|ServiceRequest|Appointment|Communication|CommunicationRequest|Slot)\//

/** Changes within so long are told at once. */
const gatheredMs = 400
/** So that what stands between does not take the line for dead. */
const beatMs = 20_000
/** Then the browser comes again, and is asked again who it is. */
const longestMs = 10 * 60_000

/** Source: WHATWG HTML, server-sent events. */
export function openLive({ store }: Pick<ConsoleDesk, 'store'>): Live {
  const closing = new AbortController()
  return {
    stream: (c) =>
      streamSSE(c, async (stream) => {
        const gone = new AbortController()
        stream.onAbort(() => gone.abort())
        const over = AbortSignal.any([closing.signal, gone.signal, AbortSignal.timeout(longestMs)])
        let changed = Promise.withResolvers<void>()
        using _ = store.onChange(({ references }) => {
          if (references.some((reference) => shown.test(reference))) changed.resolve()
        })
        await stream.writeSSE({ event: 'hello', data: '', retry: 3_000 })
        while (!over.aborted) {
          const isChange = await firstOf(changed.promise, beatMs, over)
          if (over.aborted) break
          if (isChange) await asleep(gatheredMs, over)
          changed = Promise.withResolvers<void>()
          await stream.writeSSE({ event: isChange ? 'change' : 'beat', data: '' })
        }
      }),
    [Symbol.dispose]: () => closing.abort(),
  }
}

/** True when the change came, false when the time was over or the signal came. */
async function firstOf(change: Promise<void>, ms: number, signal: AbortSignal): Promise<boolean> {
  const waiting = new AbortController()
  const either = AbortSignal.any([signal, waiting.signal])
  const first = await Promise.race([change.then(() => true), asleep(ms, either).then(() => false)])
  waiting.abort()
  return first
}

function asleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const awake = () => {
      clearTimeout(timer)
      resolve()
    }
    if (signal.aborted) awake()
    else signal.addEventListener('abort', awake, { once: true })
  })
}
