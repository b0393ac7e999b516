import type { Resource } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import { encode } from '../../hl7v2/charset.ts'
import { foundBy } from '../../hl7v2/found-by.ts'
import { fromTree } from '../../hl7v2/from-tree.ts'
import { parseSegments, type Segment, valueAt, writeMessage } from '../../hl7v2/message.ts'
import { structureOf } from '../../hl7v2/structure.ts'
import { toHl7 } from '../../hl7v2/timestamps.ts'
import { readSegment, type Tree, type TreeValue } from '../../hl7v2/tree.ts'
import type { DepartureRow } from '../../store/index.ts'
import { saidOf } from '../ability.ts'
import { aboutOf } from '../about.ts'
import type { LinkDesk, Rendered } from '../connector.ts'
import { controlIdOf } from './control-id.ts'
import type { MllpSettings } from './settings.ts'

/** A departure as a v2 message, and the characters that its character set lacks. */
export interface Said extends Rendered {
  lost: readonly string[]
}

/**
 * Says a departure as a v2 message: by its kind's map, under a header of ours.
 *
 * The map reads the resources by name (`request`, `patient` …) and makes the tree of a message. What it puts into
 * MSH stands; the rest of the header comes from the settings.
 *
 * Fails: unsupported-value when the settings have no map for the kind; as the map does.
 */
export function say(
  departure: DepartureRow,
  about: readonly Resource[],
  settings: MllpSettings,
  desk: Pick<LinkDesk, 'transform'>,
): Said {
  const saying = saidOf(settings.sends, departure.kind)
  if (!saying) {
    throw failure(
      'unsupported-value',
      `The settings of this connector do not say by which map ${departure.kind} leaves.`,
    )
  }
  const tree = desk.transform(saying.map, { ...aboutOf(about), kind: departure.kind })
  return written(tree, saying.message, departure, settings)
}

/** What a map has made, as a message of this type under a header of ours. `row` gives its id, `queuedAt` its time. */
export function written(
  made: unknown,
  type: string,
  departure: Pick<DepartureRow, 'row' | 'queuedAt'>,
  settings: MllpSettings,
): Said {
  const tree = treeIn(made)
  const [code = '', event = ''] = type.split('^')
  const own = isTree(tree.MSH) ? tree.MSH : {}
  const header = {
    ...headerOf(departure, settings, new Date(departure.queuedAt)),
    messageType: typeOf(code, event),
    ...own,
  }
  const message = fromTree({ ...tree, MSH: header }, structureName(header.messageType))
  const { bytes, lost } = encode(writeMessage(message), settings.charset)
  return { raw: bytes, contentType: 'x-application/hl7-v2+er7', keys: foundBy(message), lost }
}

function treeIn(made: unknown): Tree {
  const [tree] = Array.isArray(made) ? made : [made]
  if (isTree(tree)) return tree
  throw failure('structure', 'The map makes no message.')
}

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function typeOf(code: string, event: string): Tree {
  const structure = structureOf(code, event)?.name
  return { messageCode: code, triggerEvent: event, ...(structure && { messageStructure: structure }) }
}

function structureName(type: TreeValue): string {
  const { messageCode, triggerEvent, messageStructure } = isTree(type) ? type : {}
  return (
    structureOf(String(messageCode ?? ''), String(triggerEvent ?? ''), String(messageStructure ?? ''))
      ?.name ?? ''
  )
}

function headerOf(
  departure: Pick<DepartureRow, 'row'>,
  settings: MllpSettings,
  now: Date,
): Tree & { messageType?: TreeValue } {
  const { ownApplication, ownFacility, receivingApplication, receivingFacility, processingId } = settings
  const names = [ownApplication, ownFacility, receivingApplication, receivingFacility].join('|')
  const asks = { original: [], accept: ['AL', 'NE'], both: ['AL', 'AL'] }[settings.acknowledgment]
  return {
    ...readSegment(segmentOf(`MSH|^~\\&|${names}`)),
    dateTimeOfMessage: toHl7(now.toISOString(), { zone: 'Europe/Paris' }),
    messageControlId: controlIdOf(departure.row),
    processingId: { processingId },
    versionId: { versionId: settings.version },
    ...(asks[0] && { acceptAcknowledgmentType: asks[0] }),
    ...(asks[1] && { applicationAcknowledgmentType: asks[1] }),
    countryCode: settings.countryCode,
    characterSet: [settings.charset],
  }
}

const segmentOf = (text: string): Segment => parseSegments(text).segments[0] as Segment // it has just been written

/** What a message that we said is: its control id and its type (`SRM`), for the answer to be told by. */
export function saidIn(raw: Buffer): { controlId: string; type: string } {
  const header = segmentOf(raw.toString('latin1').split('\r', 1)[0] ?? '')
  return {
    controlId: valueAt(header, { field: 10 }) ?? '',
    type: valueAt(header, { field: 9 }) ?? '',
  }
}
