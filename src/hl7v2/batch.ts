/** One message of a batch, as it came but for the ends of its segments. */
export interface BatchMessage {
  /** Line of the file that it begins in. */
  line: number
  bytes: Buffer
}

/** The messages of a file, or what is wrong with the file as a whole. */
export type Batch =
  | { messages: BatchMessage[]; faults: [] }
  | { messages: []; faults: { line: number; text: string }[] }

/**
 * Cuts a batch file (FHS, BHS, messages, BTS, FTS) into its messages. Headers and trailers may be left out. A file whose
 * trailers count otherwise, or that ends before them, was not sent whole: none of it is taken.
 *
 * Segments may end with CR, LF or CRLF. The bytes of a message are not read: each may have a character set of its own.
 *
 * Source: HL7 v2.8.2 chapter 2, section 2.10.3.
 */
export function cutBatch(bytes: Buffer): Batch {
  const text = bytes.toString('latin1').replace(/^\u00EF\u00BB\u00BF/, '')
  const messages: { line: number; segments: string[] }[] = []
  const faults: { line: number; text: string }[] = []
  const opened = { batches: 0, inBatch: 0, isFile: false, isBatch: false }
  const lines = text.split(/\r\n|\r|\n/)
  for (const [n, segment] of lines.entries()) {
    const line = n + 1
    const name = segment.slice(0, 3)
    if (segment.trim() === '') continue
    if (name === 'MSH') {
      messages.push({ line, segments: [segment] })
      opened.inBatch++
    } else if (name === 'FHS') opened.isFile = true
    else if (name === 'BHS') Object.assign(opened, { isBatch: true, inBatch: 0 })
    else if (name === 'BTS') {
      faults.push(...miscounted(segment, opened.inBatch, 'messages', line))
      Object.assign(opened, { isBatch: false, batches: opened.batches + 1 })
    } else if (name === 'FTS') {
      faults.push(...miscounted(segment, opened.batches, 'batches', line))
      opened.isFile = false
    } else {
      const last = messages.at(-1)
      if (last) last.segments.push(segment)
      else faults.push({ line, text: 'Before the first MSH there are only FHS and BHS.' })
    }
  }
  if (opened.isBatch || opened.isFile)
    faults.push({
      line: lines.length,
      text: `The file ends before its ${opened.isBatch ? 'BTS' : 'FTS'}: it did not come whole.`,
    })
  if (messages.length === 0 && faults.length === 0)
    faults.push({ line: 1, text: 'There is no message: none begins with MSH.' })
  if (faults.length > 0) return { messages: [], faults }
  return {
    messages: messages.map(({ line, segments }) => ({
      line,
      bytes: Buffer.from(`${segments.join('\r')}\r`, 'latin1'),
    })),
    faults: [],
  }
}

/** BTS-1 and FTS-1 may say how many there are. */
function miscounted(trailer: string, count: number, what: string, line: number) {
  const said = trailer.split(trailer[3] ?? '|')[1]?.trim()
  if (said === undefined || said === '' || Number(said) === count) return []
  return [
    {
      line,
      text: `${trailer.slice(0, 3)}-1 says ${said} ${what}, and there are ${count}: the file did not come whole.`,
    },
  ]
}
