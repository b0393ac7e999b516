import type { Patient, ServiceRequest } from '@medplum/fhirtypes'
import type { Desk } from '../flows/step.ts'
import type { Kept } from '../store/index.ts'
import { searched } from './search.ts'
import { type Row, requestsAmong } from './worklist.ts'

/** What somebody has typed to find a patient: words, a date of birth, a number. */
export interface Sought {
  words: readonly string[]
  /** ISO date. */
  bornOn?: string
  /** An INS, or the number of a request. */
  number?: string
}

/** How many patients are looked at: of more, one has to say more. */
const mostPatients = 25

/** «martin 12/05/1984», «279035121518989», «D-42». */
export function soughtIn(text: string): Sought {
  const tokens = text.trim().split(/\s+/).filter(Boolean)
  const dates = tokens.flatMap((token) => dateOf(token) ?? [])
  const others = tokens.filter((token) => dateOf(token) === undefined)
  const numbers = others.filter((token) => /\d/.test(token))
  return {
    words: others.filter((token) => !/\d/.test(token)),
    ...(dates[0] !== undefined && { bornOn: dates[0] }),
    ...(numbers[0] !== undefined && { number: numbers[0] }),
  }
}

function dateOf(token: string): string | undefined {
  const [, day, month, year] = /^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$/.exec(token) ?? []
  if (year === undefined) return /^\d{4}-\d\d-\d\d$/.test(token) ? token : undefined
  return `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}`
}

/** Whether there is enough to look for: two letters of a name, a date or a number. */
export const isEnough = ({ words, bornOn, number }: Sought): boolean =>
  number !== undefined || bornOn !== undefined || words.some((word) => word.length >= 2)

/** Requests of the patients who fit, open ones and those that are over, the newest first. */
export async function soughtRequests(
  sought: Sought,
  desk: Desk,
): Promise<{ rows: readonly Row[]; isCut: boolean }> {
  const [patients, requests] = await Promise.all([patientsFor(sought, desk), numbered(sought, desk)])
  const whom = [...patients.map(({ id }) => `Patient/${id}`)].join(',')
  const what = requests.map(({ id }) => `ServiceRequest/${id}`).join(',')
  const found = await Promise.all([
    ...(whom ? [requestsAmong([['patient', whom], ...newest], desk)] : []),
    ...(what ? [requestsAmong([['focus', what], ...newest], desk)] : []),
  ])
  const rows = found.flatMap((one) => one.rows)
  return {
    rows: [...new Map(rows.map((row) => [row.task.id, row])).values()],
    isCut: patients.length >= mostPatients,
  }
}

const newest: [string, string][] = [
  ['_sort', '-_lastUpdated'],
  ['_count', '100'],
]

async function patientsFor({ words, bornOn, number }: Sought, desk: Desk): Promise<Kept<Patient>[]> {
  if (words.length === 0 && bornOn === undefined && number === undefined) return []
  const query = new URLSearchParams([
    ...words.map((word): [string, string] => ['name', word]),
    ...(bornOn === undefined ? [] : [['birthdate', bornOn] as [string, string]]),
    ...(number === undefined ? [] : [['identifier', number] as [string, string]]),
    ['_count', String(mostPatients)],
  ])
  return (await searched('Patient', query, desk)).matches
}

async function numbered({ number }: Sought, desk: Desk): Promise<Kept<ServiceRequest>[]> {
  if (number === undefined) return []
  const query = new URLSearchParams({ identifier: number, _count: '25' })
  return (await searched('ServiceRequest', query, desk)).matches
}
