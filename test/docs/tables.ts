import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { registration } from '../../src/auth/client.ts'
import { fhirSettings } from '../../src/connectors/fhir/index.ts'
import { fileSettings } from '../../src/connectors/file/index.ts'
import { jsonSettings } from '../../src/connectors/json/index.ts'
import { settings as mllpSettings } from '../../src/connectors/mllp/settings.ts'
import { authentication } from '../../src/connectors/rest/authorization.ts'
import { restSettings } from '../../src/connectors/rest/client.ts'
import { delayMs, usualRetry } from '../../src/connectors/retry.ts'
import { sheetShape } from '../../src/connectors/sheet.ts'
import { type Telling, tellings } from '../../src/fhir/telling.ts'
import { taskMoves } from '../../src/flows/task.ts'
import { bookingRulesFile } from '../../src/territory/booking-rules.ts'
import { capacityRulesFile } from '../../src/territory/capacity-rules.ts'
import { connectorFile } from '../../src/territory/read.ts'

/** A part of a page that is printed from the code. */
export interface Table {
  page: string
  /** As the comments around it name it. */
  name: string
  print(): string
}

export const tables: readonly Table[] = [
  { page: 'src/api/README.md', name: 'errors', print: errors },
  { page: 'src/flows/README.md', name: 'routes', print: () => routesTable() },
  { page: 'src/flows/README.md', name: 'states', print: () => states() },
  { page: 'src/flows/README.md', name: 'moves', print: movesTable },
  { page: 'src/connectors/README.md', name: 'file', print: () => properties(connectorFile) },
  { page: 'src/connectors/README.md', name: 'mllp settings', print: () => properties(mllpSettings) },
  { page: 'src/connectors/README.md', name: 'http settings', print: () => properties(restSettings) },
  { page: 'src/connectors/README.md', name: 'authentication', print: authentications },
  {
    page: 'src/connectors/README.md',
    name: 'fhir settings',
    print: () => properties(fhirSettings, restSettings),
  },
  {
    page: 'src/connectors/README.md',
    name: 'json settings',
    print: () => properties(jsonSettings, restSettings),
  },
  { page: 'src/connectors/README.md', name: 'file settings', print: () => properties(fileSettings) },
  { page: 'src/connectors/README.md', name: 'sheet', print: () => properties(sheetShape) },
  { page: 'src/connectors/README.md', name: 'retry', print: retryTable },
  { page: 'src/territory/README.md', name: 'client', print: () => properties(registration) },
  {
    page: 'src/territory/README.md',
    name: 'capacity',
    print: () => properties(capacityRulesFile),
  },
  { page: 'src/territory/README.md', name: 'bookings', print: () => properties(bookingRulesFile) },
]

const lines = (...rows: (readonly string[])[]): string =>
  rows.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')

const ruled = (head: readonly string[], rows: (readonly string[])[]): string =>
  lines(
    head,
    head.map(() => '---'),
    ...rows,
  )

const codeOf = (text: string) => `\`${text}\``

function errors(): string {
  const told = { 'give-up': 'correct it', again: 'try again later', 'again-a-few-times': 'tell the operator' }
  const rows = Object.entries(tellings)
    .filter(([name]) => name !== 'informational')
    .map(([name, { code, detail, http, ack, err, job }]: [string, Telling]) => [
      name,
      codeOf(code ?? '') + (detail ? ` + ${codeOf(detail.code ?? '')}` : ''),
      String(http),
      ack,
      err,
      told[job],
    ])
  return ruled(['case', 'issue code', 'HTTP', 'MSA-1', 'ERR-3', 'do'], rows)
}

function movesTable(): string {
  const rows = taskMoves.map(({ from, to, by, onlyChores, beyond }) => [
    codeOf(from),
    codeOf(to),
    by.join(', '),
    [onlyChores ? 'only `confirm-booking`, `cancel-booking`, `abort`, `capacity-call`' : '', beyond ?? '']
      .filter(Boolean)
      .join(': '),
  ])
  return ruled(['from', 'to', 'by', 'beyond AU eRequesting'], rows)
}

/** The table of routes itself: it is written to be read. */
const routesTable = () => source('src/flows/index.ts', 'ts', /^export const routes[\s\S]*?^\]$/m)

/** The states as they stand above the code that moves them. */
const states = () =>
  source('src/flows/booking/states.ts', '', /^ \* {3}Appointment[\s\S]*?(?=\n \*\n)/m).replaceAll(
    /^ \* {0,3}/gm,
    '',
  )

/** A piece of a source file, in a fence. */
function source(path: string, language: string, piece: RegExp): string {
  const found = piece.exec(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'))
  if (!found) throw new Error(`${path} has no such piece`)
  return [`\`\`\`${language}`, found[0], '```'].join('\n')
}

function retryTable(): string {
  const rows = [0, 1, 2, 4, 6, 8, 9].map((attempts) => [
    String(attempts + 1),
    `${delayMs(attempts, usualRetry, () => 0.5) / 1000} s`,
  ])
  return ruled(['after try', 'wait, a quarter more or less'], rows)
}

/** A JSON Schema, as far as it is read here. */
interface Schema {
  type?: string
  description?: string
  default?: unknown
  const?: unknown
  enum?: unknown[]
  properties?: Record<string, Schema>
  required?: string[]
}

const schemaOf = (type: z.ZodType): Schema =>
  z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as Schema // what zod writes is one

function properties(type: z.ZodType, without?: z.ZodType): string {
  const known = without ? Object.keys(schemaOf(without).properties ?? {}) : []
  const rows = rowsOf(schemaOf(type)).filter(([name = '']) => !known.includes(name.replaceAll('`', '')))
  return ruled(['name', 'default', 'meaning'], rows)
}

/** A property a row; those of an object beneath it, by their path. */
function rowsOf({ properties = {}, required = [] }: Schema, above = ''): string[][] {
  return Object.entries(properties).flatMap(([name, property]) => [
    [codeOf(above + name), defaultOf(property, required.includes(name)), meaningOf(property)],
    ...rowsOf(property, `${above}${name}.`),
  ])
}

function defaultOf(property: Schema, isRequired: boolean): string {
  if (property.default !== undefined) return codeOf(JSON.stringify(property.default))
  return isRequired ? 'required' : ''
}

const meaningOf = ({ description, enum: values }: Schema): string =>
  [values?.map((value) => codeOf(String(value))).join(' '), description].filter(Boolean).join(': ')

function authentications(): string {
  const kinds = authentication.options.map((option) => schemaOf(option))
  const rows = kinds.map(({ properties = {}, required = [] }) => {
    const { kind, ...others } = properties
    const named = Object.keys(others).map((name) => codeOf(name) + (required.includes(name) ? '' : '?'))
    return [codeOf(String(kind?.const)), kind?.description ?? '', named.join(' ')]
  })
  return ruled(['kind', 'meaning', 'with'], rows)
}
