import { randomUUID } from 'node:crypto'
import { segmentsNamed } from '../../hl7v2/message.ts'
import type { Covered, LinkDesk, Sent } from '../connector.ts'
import { handedIn } from '../rest/handed.ts'
import { looked } from '../rest/looked.ts'
import { written } from './say.ts'
import type { MllpSettings } from './settings.ts'

const day = 86_400_000

/** From now on asks the peer which of its places are free, a day at a time: what it does not name of a day has vanished. */
export function askingForSlots(
  { everyMs, days }: NonNullable<MllpSettings['slots']>,
  settings: MllpSettings,
  desk: LinkDesk,
  send: (raw: Buffer, signal: AbortSignal) => Promise<Sent>,
): void {
  const look = async (signal: AbortSignal) => {
    const from = desk.clock().getTime()
    for (let n = 0; n < days; n++) {
      const [start, end] = [from + n * day, from + (n + 1) * day].map((at) => new Date(at).toISOString())
      if (!(await desk.maySpeak()))
        throw new Error('The line has been held, or given up, before all was asked')
      await ask({ from: start ?? '', to: end ?? '' }, settings, desk, send, signal)
    }
  }
  // The peer has one connection for what it is asked as for what it is told.
  desk.every('diary', everyMs, (signal) => looked(desk, () => look(signal)), desk.maySpeak)
}

/** Asks for one span, and hands in what is answered. Fails when it is not answered. */
async function ask(
  span: Covered,
  settings: MllpSettings,
  desk: LinkDesk,
  send: (raw: Buffer, signal: AbortSignal) => Promise<Sent>,
  signal: AbortSignal,
): Promise<void> {
  const [row, queuedAt] = [randomUUID(), desk.clock().toISOString()]
  const question = desk.transform('Diary-to-SQM_S25', { ...span, id: row })
  const { end, reason, reply } = await send(
    written(question, 'SQM^S25', { row, queuedAt }, settings).raw,
    signal,
  )
  if (end !== 'sent' || reply?.content?.form !== 'v2')
    throw new Error(`The peer does not tell its places: ${reason ?? 'it answered without SQR'}`)
  const { message } = reply.content
  // With DSC there is more than it has said.
  const isWhole = segmentsNamed(message, 'DSC').length === 0
  const content = { form: 'v2' as const, message, ...(isWhole && { covers: span }) }
  await handedIn({ ...reply, peer: desk.name, by: 'poll', content }, desk)
}
