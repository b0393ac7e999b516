import type { Bundle, Communication, DiagnosticReport, DocumentReference } from '@medplum/fhirtypes'
import { beforeEach, expect, test } from 'vitest'
import { entriesOf } from '../../../src/flows/entries.ts'
import { received } from '../../../src/flows/referral/received.ts'
import { commented } from '../../../src/flows/results/commented.ts'
import { parseMessage } from '../../../src/hl7v2/message.ts'
import { toTree } from '../../../src/hl7v2/tree.ts'
import { run, textOf } from '../../mappings/support.ts'
import { openTestDesk, type TestDesk } from '../desk.ts'
import { patient, qualified, referral } from '../messages.ts'

let desk: TestDesk
beforeEach(async () => {
  desk = await openTestDesk()
  await desk.does('practice', received, {
    ...referral('K-1', { patient: patient(qualified()) }),
    addressedTo: 'RIS',
  })
  return () => desk[Symbol.asyncDispose]()
})

/** What the centre sends: a case of the map, about the order of this test. */
const sends = (name: string) => {
  const text = textOf(`test/mappings/MDM_T02-to-Communication/${name}/input.hl7`)
  const own = text.replaceAll('OPN101^^1.2.250.1.748.12345678.12', 'K-1^^1.2.250.1.999.1')
  const { target } = run('MDM_T02-to-Communication', toTree(parseMessage(own)))
  return desk.does('ris', commented, { entries: entriesOf(target as Bundle) }) // an inward map makes a Bundle
}

const all = async () => ({
  said: await desk.all<'Communication'>('Communication'),
  reports: await desk.all<'DiagnosticReport'>('DiagnosticReport'),
  documents: await desk.all<'DocumentReference'>('DocumentReference'),
})
const numbered = <R extends DocumentReference>(documents: readonly R[], value: string) =>
  documents.find(({ masterIdentifier }) => masterIdentifier?.value === value)
const statuses = (resources: readonly (Communication | DiagnosticReport | DocumentReference)[]) =>
  resources.map(({ status }) => status)

test('a report is a comment, a report and a document, about the request', async () => {
  await sends('new')
  const { said, reports, documents } = await all()
  expect(said).toMatchObject([
    {
      status: 'completed',
      payload: [
        { contentString: 'Comparer au scanner de 2024.' },
        { contentReference: { reference: `DocumentReference/${documents[0]?.id}` } },
      ],
      basedOn: [{ reference: expect.stringMatching(/^ServiceRequest\//) }],
      about: [{ reference: `DiagnosticReport/${reports[0]?.id}` }],
    },
  ])
  expect(reports).toMatchObject([{ status: 'final', conclusion: 'Comparer au scanner de 2024.' }])
  expect(documents).toMatchObject([
    {
      status: 'current',
      content: [
        { attachment: { contentType: 'application/xml' } },
        { attachment: { data: Buffer.from('Comparer au scanner de 2024.').toString('base64') } },
      ],
    },
  ])
  expect(await desk.seenBy(`DocumentReference/${documents[0]?.id}`)).toContain('org:practice')
})

test('one that replaces another goes on as the same comment; the former document stays and says that it is superseded', async () => {
  await sends('new')
  await sends('replacement')
  const { said, reports, documents } = await all()
  expect(said).toMatchObject([
    { payload: [{ contentString: 'Pas d’anomalie récente.' }, {}], meta: { versionId: '2' } },
  ])
  expect(statuses(reports)).toEqual(['corrected'])
  const [before, after] = ['DOC-1', 'DOC-2'].map((number) => numbered(documents, number))
  expect(before).toMatchObject({ status: 'superseded' })
  expect(after).toMatchObject({
    status: 'current',
    relatesTo: [{ code: 'replaces', target: { reference: `DocumentReference/${before?.id}` } }],
  })
})

test('an addendum is a comment of its own that says to which it belongs', async () => {
  await sends('new')
  const first = (await all()).said[0]
  await sends('addendum')
  const { said, documents } = await all()
  expect(said).toHaveLength(2)
  expect(said.find(({ id }) => id !== first?.id)).toMatchObject({
    partOf: [{ reference: `Communication/${first?.id}` }],
  })
  expect(numbered(documents, 'DOC-3')).toMatchObject({
    relatesTo: [
      { code: 'appends', target: { reference: `DocumentReference/${numbered(documents, 'DOC-1')?.id}` } },
    ],
  })
  expect(statuses(documents)).toEqual(['current', 'current'])
})

test('one that is withdrawn was an error, and its text is in the history', async () => {
  await sends('new')
  await sends('withdrawn')
  const { said, reports, documents } = await all()
  expect([said, reports, documents].map(statuses)).toEqual(Array(3).fill(['entered-in-error']))
})
