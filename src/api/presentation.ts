import { failure } from '../fhir/outcome.ts'
import { indented } from './indented.ts'

/** How an answer is put: media type, and whether it is laid out for people. */
export interface Presentation {
  mediaType: string
  pretty: boolean
}

const fhirJson = 'application/fhir+json'

/** What nearly every call asks for. */
export const plain: Presentation = { mediaType: fhirJson, pretty: false }

/** Media types that ask for JSON → the one answered with. Source: FHIR R4, http, content types. */
const known: Readonly<Record<string, string>> = {
  'application/fhir+json': fhirJson,
  'application/json': 'application/json',
  'text/json': 'application/json',
  json: fhirJson,
  '*/*': fhirJson,
  'application/*': fhirJson,
}

/**
 * How the caller wants the answer put: `_format` before `Accept`, `_pretty`. `others` are names of JSON beside FHIR's.
 *
 * Fails: not-acceptable for anything but JSON, and for another version of FHIR, in each `_format` that is said.
 */
export function presentationOf(
  query: URLSearchParams,
  accept: string | undefined,
  others: Readonly<Record<string, string>> = {},
): Presentation {
  const names = { ...known, ...others }
  // A `+` that was not escaped arrives as a blank.
  const formats = query.getAll('_format').map((format) => format.replace(' ', '+'))
  const [wanted = accept ?? fhirJson] = formats
  if (wanted === fhirJson && formats.length < 2 && !query.has('_pretty')) return plain
  const mediaType = mediaTypeOf(wanted, names)
  if (!mediaType || !formats.every((format) => mediaTypeOf(format, names)))
    throw failure(
      'not-acceptable',
      `Answers are JSON: ask for ${fhirJson}.`,
      formats.length > 0 ? '_format' : 'Accept',
    )
  return { mediaType, pretty: query.get('_pretty') === 'true' }
}

function mediaTypeOf(wanted: string, names: Readonly<Record<string, string>>): string | undefined {
  if (wanted === fhirJson || wanted.trim() === '') return fhirJson
  const ranges = wanted
    .split(',')
    .map((range) => rangeOf(range, names))
    .sort((a, b) => b.quality - a.quality)
  return ranges.find(({ quality, mediaType }) => quality > 0 && mediaType)?.mediaType
}

function rangeOf(range: string, names = known): { quality: number; mediaType: string | undefined } {
  const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
  const of = (key: string) => parameters.find((each) => each.startsWith(`${key}=`))?.slice(key.length + 1)
  const version = of('fhirversion')?.replaceAll('"', '')
  const serves = version === undefined || version === '4.0' || version === '4.0.1'
  return { quality: Number(of('q') ?? 1), mediaType: serves ? names[name] : undefined }
}

/** A JSON text as it is put. */
export const put = (text: string, { pretty }: Presentation): string => (pretty ? `${indented(text)}\n` : text)

/**
 * Whether what is sent is JSON, in its one character set. Fails: media-type.
 *
 * Source: FHIR R4, http, content types.
 */
export function expectJson(contentType: string | undefined): void {
  const { mediaType } = rangeOf(contentType ?? '')
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType ?? '')?.[1] ?? 'utf-8'
  if (!/^utf-?8$/i.test(charset)) throw failure('media-type', 'Send JSON in UTF-8.', 'Content-Type')
  if (mediaType && !contentType?.includes('*') && contentType?.includes('/')) return
  throw failure('media-type', `Send JSON, and say so: Content-Type: ${fhirJson}.`, 'Content-Type')
}
