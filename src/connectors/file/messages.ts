import { failureOf, outcomeOf } from '../../fhir/outcome.ts'
import { tellingOf } from '../../hl7v2/acknowledge.ts'
import { type BatchMessage, cutBatch } from '../../hl7v2/batch.ts'
import { decode } from '../../hl7v2/charset.ts'
import { valueAt } from '../../hl7v2/message.ts'
import type { Incoming, LinkDesk } from '../connector.ts'
import { contentOf, headerIn, kindIn } from '../mllp/answer.ts'
import type { FileSettings } from './index.ts'
import type { Dropped, Report } from './take.ts'

/**
 * Hands in each message of a batch by itself, in order: known by its MSH-10, so that each has its effect once. One that
 * we cannot carry out keeps no other: it is told, and kept with its reason. Fails when all of it is to come later.
 */
export async function takeMessages(
  { bytes }: Dropped,
  settings: FileSettings,
  desk: LinkDesk,
): Promise<Report> {
  const { messages, faults } = cutBatch(bytes)
  const refused: Report['refused'][number][] = [...faults]
  for (const message of messages) {
    const { outcome } = await desk.receive(incomingOf(message, settings, desk))
    const fault = outcome.issue.find(({ severity }) => severity === 'error' || severity === 'fatal')
    if (!fault) continue
    if (tellingOf(fault).job === 'again') throw new Error(`A message could not be taken now: ${fault.code}`)
    const place = fault.expression?.[0]
    refused.push({
      line: message.line,
      text: [place, fault.diagnostics ?? fault.code].filter(Boolean).join(': '),
    })
  }
  return { taken: faults.length > 0 ? 0 : messages.length - refused.length, refused }
}

function incomingOf({ bytes }: BatchMessage, settings: FileSettings, desk: LinkDesk): Incoming {
  const header = headerIn(bytes)
  return {
    raw: bytes,
    id: header && valueAt(header, { field: 10 }),
    kind: kindIn(header),
    peer: desk.name,
    receivedAt: desk.clock().toISOString(),
    by: 'file',
    ...read(bytes, settings),
  }
}

function read(bytes: Buffer, { inwardCharset }: FileSettings): Pick<Incoming, 'content' | 'unreadable'> {
  try {
    return { content: contentOf(decode(bytes, inwardCharset)) }
  } catch (thrown) {
    return { unreadable: outcomeOf(failureOf(thrown, 'unreadable').issues) }
  }
}
