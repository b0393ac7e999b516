import { z } from 'zod'

const how = z.enum(['message', 'telephone'])

/**
 * What a centre's system can do, as its connector's file says. What is not said follows from its kind and settings.
 *
 * Machine-readable: the gateway does with a centre what its sheet says, and no more.
 */
export const sheetShape = z
  .strictObject({
    publish: z
      .enum(['declared', 'pulled', 'pushed', 'dropped', 'asked'])
      .describe(
        'How its places are known: weekly ranges, read from it, sent by it, dropped as files, or asked by SQM',
      ),
    hold: z
      .boolean()
      .describe('Whether it keeps a place for a while before it is booked; no: it is held here alone'),
    confirm: how.describe(
      'Who says yes to a booking: its system, by message; or a person, whom the cell telephones',
    ),
    cancel: how.describe('How it is told that a booking is cancelled'),
    move: z
      .enum(['message', 'rebook', 'telephone'])
      .describe(
        'How an appointment is moved: one message, a new booking and a cancellation, or by telephone',
      ),
    push: z.boolean().describe('Whether it tells by itself what its desk has changed'),
  })
  .partial()

type Declared = z.output<typeof sheetShape>

export type Sheet = { [Name in keyof Declared]-?: NonNullable<Declared[Name]> }

/** As much of a connector's file as its sheet follows from. Settings are those of its kind, already checked. */
export interface Sheeted {
  kind: string
  settings: unknown
  sheet?: Declared | undefined
  maps?: Readonly<Record<string, string>>
}

/** Kinds of departure that a FHIR server takes, unless its file says it. */
const takenByFhir = ['appointment.requested', 'appointment.cancelled', 'communication.sent']

/** Settings that say what a kind of connector can do, whichever kind. */
interface Said {
  host?: string
  sends?: object
  send?: object
  takes?: readonly string[]
  slots?: object
  webhook?: object
  sendingApplication?: readonly string[]
  certificates?: readonly string[]
}

const saidBy = ({ settings }: Sheeted) => (settings ?? {}) as Said // each kind has some of these

/** Kinds of departure for which there is a way to the partner's system. */
export function waysOut(file: Sheeted): readonly string[] {
  const said = saidBy(file)
  if (file.kind === 'mllp' && said.host === undefined) return []
  return (
    said.takes ?? Object.keys(said.sends ?? said.send ?? {}).concat(file.kind === 'fhir' ? takenByFhir : [])
  )
}

/** What a connector can do: what its file says, else what follows from its kind and settings. */
export function sheetOf(file: Sheeted): Sheet {
  const able = ableTo(file)
  const said = Object.fromEntries(Object.entries(file.sheet ?? {}).filter(([, value]) => value !== undefined))
  return { ...able, ...said }
}

function ableTo(file: Sheeted): Sheet {
  const ways = waysOut(file)
  const by = (kind: string) => (ways.includes(kind) ? 'message' : 'telephone')
  const [confirm, cancel] = [by('appointment.requested'), by('appointment.cancelled')] as const
  const rebook = confirm === 'message' && cancel === 'message' ? 'rebook' : 'telephone'
  return {
    publish: publishOf(file),
    hold: false,
    confirm,
    cancel,
    move: ways.includes('appointment.moved') ? 'message' : rebook,
    push: pushes(file),
  }
}

function publishOf(file: Sheeted): Sheet['publish'] {
  if (file.kind === 'file') return 'dropped'
  if (file.kind === 'fhir' || saidBy(file).slots !== undefined)
    return file.kind === 'mllp' ? 'asked' : 'pulled'
  return 'declared'
}

function pushes(file: Sheeted): boolean {
  const { sendingApplication = [], certificates = [], webhook } = saidBy(file)
  return (
    file.kind === 'file' || webhook !== undefined || sendingApplication.length > 0 || certificates.length > 0
  )
}

/** Departures that a partner gets: those that there is a way for, less what its sheet leaves to the telephone. */
export function takenBy(file: Sheeted): readonly string[] {
  const { confirm, cancel, move } = sheetOf(file)
  const left = [
    ...(confirm === 'telephone' ? ['appointment.requested'] : []),
    ...(cancel === 'telephone' ? ['appointment.cancelled'] : []),
    ...(move === 'message' ? [] : ['appointment.moved']),
  ]
  return waysOut(file).filter((kind) => !left.includes(kind))
}

/** What a file says of itself that cannot be: `place: why`. */
export function contradictions(file: Sheeted): string[] {
  const [said, able, ways] = [file.sheet ?? {}, ableTo(file), waysOut(file)]
  const whole = sheetOf(file)
  const missing = (kind: string) => `nothing in settings says how ${kind} is sent`
  return [
    said.hold && 'sheet.hold: no connector can keep a place at its centre; places are held here',
    said.confirm === 'message' &&
      able.confirm !== 'message' &&
      `sheet.confirm: ${missing('appointment.requested')}`,
    said.cancel === 'message' &&
      able.cancel !== 'message' &&
      `sheet.cancel: ${missing('appointment.cancelled')}`,
    said.move === 'message' && able.move !== 'message' && `sheet.move: ${missing('appointment.moved')}`,
    whole.move === 'rebook' &&
      (whole.confirm === 'telephone' || whole.cancel === 'telephone') &&
      'sheet.move: to rebook takes a booking and a cancellation by message',
    said.move !== undefined &&
      said.move !== 'message' &&
      ways.includes('appointment.moved') &&
      'sheet.move: settings say how appointment.moved is sent, and it is never sent',
    said.publish === 'pulled' &&
      able.publish !== 'pulled' &&
      'sheet.publish: nothing in settings says how its places are read',
    said.publish === 'asked' &&
      able.publish !== 'asked' &&
      'sheet.publish: nothing in settings says how its places are asked for',
    said.publish === 'dropped' &&
      file.kind !== 'file' &&
      'sheet.publish: only a connector of kind file reads dropped files',
    said.publish !== undefined &&
      said.publish !== 'pulled' &&
      able.publish === 'pulled' &&
      `sheet.publish: settings say that its places are read, and the sheet says ${said.publish}`,
    said.push && !able.push && 'sheet.push: nothing in settings says by what its messages are known',
    ...mapless(file, ways),
  ].filter((one) => typeof one === 'string')
}

/** A partner's own JSON is read by maps of its own. */
function mapless(file: Sheeted, ways: readonly string[]): string[] {
  if (file.kind !== 'json') return []
  const { slots, webhook } = saidBy(file)
  const needs = [
    ...(slots ? [['Slot', 'settings.slots']] : []),
    ...(ways.includes('appointment.requested') ? [['Appointment', 'settings.send']] : []),
    ...(webhook ? [['Appointment', 'settings.webhook']] : []),
  ]
  return needs
    .filter(([kind = '']) => file.maps?.[kind] === undefined)
    .map(([kind, place]) => `maps.${kind}: ${place} needs it, and no map is named`)
}
