import { isAscii, isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'
import { failure } from '../fhir/outcome.ts'

/** Text as decoded, and by which character set (as in MSH-18). */
export interface Decoded {
  text: string
  charset: string
  /** Nobody says that it is UTF-8, so it was not read as such; but it is. */
  isDoubtful?: true
}

/**
 * Decodes a message by its byte-order mark, else by MSH-18, else as `fallback`.
 *
 * 8859/1 is read as Windows-1252, which is what old software means by it. `ASCII` with a byte beyond it is read
 * as `fallback`. Bytes that the character set does not know are refused rather than replaced: a name is an identity.
 *
 * Fails: unsupported-value when MSH-18 is not known; value when the bytes are not in the character set.
 *
 * Source: HL7 v2.8.2 chapter 2, section 2.14.9.18 and table 0211.
 */
export function decode(bytes: Buffer, fallback = '8859/15'): Decoded {
  const said = markOf(bytes) ?? declared(bytes)
  const charset = said || fallback
  const label = labelOf(charset)
  if (label === undefined) {
    throw failure('unsupported-value', 'MSH-18 names a character set that is not supported.', 'MSH-18')
  }
  const isPlain = label === 'ascii' && bytes.some((byte) => byte > 0x7f)
  const text = decodeStrictly(bytes, isPlain ? (labelOf(fallback) ?? label) : label)
  return { text, charset, ...(said === '' && isOther(bytes, label) && { isDoubtful: true }) }
}

/** Accents that are UTF-8 are hardly ever meant as what the same bytes are in an older character set. */
function isOther(bytes: Buffer, label: string): boolean {
  return !label.startsWith('utf') && isUtf8(bytes) && !isAscii(bytes)
}

/** The text as bytes, and the characters (as `U+0152`) that the character set lacks: written by a like one, or as `?`. */
export function encode(text: string, charset: string): { bytes: Buffer; lost: string[] } {
  const label = labelOf(charset) ?? 'ascii'
  const bytes = iconv.encode(text, label)
  if (iconv.decode(bytes, label) === text) return { bytes, lost: [] }
  const lost = new Set<string>()
  const written = Array.from(text, (character) => {
    if (canWrite(character, label)) return character
    lost.add(`U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
    return likeOf(character, label)
  })
  return { bytes: iconv.encode(written.join(''), label), lost: [...lost] }
}

/** Bytes as text by an MSH-18 value; what is not known is read as 8859/15. Never fails. */
export function decodeAs(bytes: Buffer, charset: string | undefined): string {
  return iconv.decode(bytes, labelOf(charset ?? '') ?? 'iso-8859-15')
}

/** Whether messages can be read and written in it: a value of MSH-18, or the name it goes by elsewhere. */
export const isCharset = (charset: string): boolean => labelOf(charset) !== undefined

/** MSH-18 as it stands in the bytes; empty when there is none. */
function declared(bytes: Buffer): string {
  const end = bytes.findIndex((byte) => byte === 0x0d || byte === 0x0a)
  const header = bytes.toString('latin1', 0, end === -1 ? bytes.length : end)
  const field = header.split(header[3] ?? '|')[17] ?? ''
  return (field.split(header[5] ?? '~')[0] ?? '').trim()
}

function markOf(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'UNICODE UTF-8'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'UTF-16LE'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'UTF-16BE'
  return undefined
}

/** iconv's name of a character set. */
function labelOf(charset: string): string | undefined {
  const name = charset
    .trim()
    .toUpperCase()
    .replace(/^(ISO[ -]?)?8859[/-]/, 'ISO-8859-')
    .replace(/^UNICODE (UTF-\d+)$/, '$1')
  if (name === 'ISO-8859-1') return 'windows-1252'
  if (/^(ISO-8859-([2-9]|1[0-6])|WINDOWS-125[0-8]|UTF-8|UTF-16(LE|BE)?)$/.test(name))
    return name.toLowerCase()
  return others[name]
}

const others: Readonly<Record<string, string>> = {
  ASCII: 'ascii',
  'ISO IR6': 'ascii',
  UTF8: 'utf-8',
  UNICODE: 'utf-8',
}

function decodeStrictly(bytes: Buffer, label: string): string {
  const text = iconv.decode(bytes, label)
  if (!text.includes('\uFFFD')) return text
  throw failure(
    'value',
    'The message has bytes that are not in its character set. Say the right one in MSH-18.',
    'MSH-18',
  )
}

const canWrite = (character: string, label: string): boolean =>
  iconv.decode(iconv.encode(character, label), label) === character

/** What stands for a character: without its accent, by the table, or `?`. */
function likeOf(character: string, label: string): string {
  const like = likes[character] ?? character.normalize('NFKD').replace(/\p{M}/gu, '')
  return like !== '' && Array.from(like).every((one) => canWrite(one, label)) ? like : '?'
}

const likes: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '‚': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‹': "'",
  '›': "'",
  '‐': '-',
  '‑': '-',
  '–': '-',
  '—': '-',
  '−': '-',
  '•': '-',
  '·': '.',
  '…': '...',
  '\u00A0': ' ',
  '\u202F': ' ',
  '€': 'EUR',
  Œ: 'OE',
  œ: 'oe',
  Æ: 'AE',
  æ: 'ae',
  ß: 'ss',
  Ø: 'O',
  ø: 'o',
  Đ: 'D',
  đ: 'd',
  Ł: 'L',
  ł: 'l',
  '×': 'x',
  '≤': '<=',
  '≥': '>=',
  µ: 'u',
}
