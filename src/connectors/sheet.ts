import { z } from 'zod'
import type { Ability } from './ability.ts'
import { connectors } from './index.ts'

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

/** What follows from the settings of a connector's file. Fails when there is no such kind. */
export function abilityOf({ kind, settings }: Pick<Sheeted, 'kind' | 'settings'>): Ability {
  const connector = connectors[kind]
  if (!connector) throw new Error(`There is no connector ${kind}`)
  return connector.able(settings)
}

/** What a connector can do: what its file says, else what follows from its kind and settings. */
export function sheetOf(file: Sheeted): Sheet {
  const able = ableTo(file)
  const said = Object.fromEntries(Object.entries(file.sheet ?? {}).filter(([, value]) => value !== undefined))
  return { ...able, ...said }
}

function ableTo(file: Sheeted): Sheet {
  const { ways, publish, pushes } = abilityOf(file)
  const by = (kind: string) => (ways.includes(kind) ? 'message' : 'telephone')
  const [confirm, cancel] = [by('appointment.requested'), by('appointment.cancelled')] as const
  const rebook = confirm === 'message' && cancel === 'message' ? 'rebook' : 'telephone'
  return {
    publish,
    hold: false,
    confirm,
    cancel,
    move: ways.includes('appointment.moved') ? 'message' : rebook,
    push: pushes,
  }
}

/** Departures that a partner gets: those that there is a way for, less what its sheet leaves to the telephone. */
export function takenBy(file: Sheeted): readonly string[] {
  const { confirm, cancel, move } = sheetOf(file)
  const left = [
    ...(confirm === 'telephone' ? ['appointment.requested'] : []),
    ...(cancel === 'telephone' ? ['appointment.cancelled'] : []),
    ...(move === 'message' ? [] : ['appointment.moved']),
  ]
  return abilityOf(file).ways.filter((kind) => !left.includes(kind))
}

/** What a file says of itself that cannot be: `place: why`. */
export function contradictions(file: Sheeted): string[] {
  const [said, able, { ways, needs = [] }] = [file.sheet ?? {}, ableTo(file), abilityOf(file)]
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
    ...needs
      .filter(({ kind }) => file.maps?.[kind] === undefined)
      .map(({ kind, place }) => `maps.${kind}: ${place} needs it, and no map is named`),
  ].filter((one) => typeof one === 'string')
}

/** Every map that a connector's file names, with its place in it. */
export function mapsNamed({ maps = {}, ...file }: Sheeted): { place: string; map: string }[] {
  const own = Object.entries(maps).map(([kind, map]) => ({ place: `maps.${kind}`, map }))
  return [...own, ...(abilityOf(file).maps ?? [])]
}
