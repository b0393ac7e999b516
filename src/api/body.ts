import { failure } from '../fhir/outcome.ts'

const tooLong = (maxBytes: number) =>
  failure('too-long', `The body may have at most ${maxBytes} bytes. Send it in parts.`)

/** Refuses a body that says it is too long, before any of it is read. Fails: too-long. */
export function refuseLong(contentLength: string | undefined, maxBytes: number): void {
  if (contentLength !== undefined && Number(contentLength) > maxBytes) throw tooLong(maxBytes)
}

/** Bytes of a body; reading ends as soon as they are too many. Fails: too-long; media-type when they are compressed. */
export async function bytesOf(request: Request, maxBytes: number): Promise<Buffer> {
  const encoding = request.headers.get('content-encoding')
  if (encoding && encoding !== 'identity') {
    throw failure('media-type', 'Send the body as it is, without Content-Encoding.', 'Content-Encoding')
  }
  const said = request.headers.get('content-length')
  if (said !== null) return wholeBytesOf(request, said, maxBytes)
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength
    if (length > maxBytes) throw tooLong(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** HTTP lets no more come than was said, so nothing has to be counted on the way: the server's own short way of reading serves. */
async function wholeBytesOf(request: Request, contentLength: string, maxBytes: number): Promise<Buffer> {
  refuseLong(contentLength, maxBytes)
  const bytes = Buffer.from(await request.arrayBuffer())
  if (bytes.byteLength > maxBytes) throw tooLong(maxBytes)
  return bytes
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Text of a body. Fails: structure when it is not UTF-8; as `bytesOf`. */
export async function textOf(request: Request, maxBytes: number): Promise<string> {
  return utf8Of(await bytesOf(request, maxBytes))
}

/** Bytes as text. Fails: structure when they are not UTF-8. */
export function utf8Of(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw failure('structure', 'The body is not UTF-8. Send it in UTF-8.')
  }
}
