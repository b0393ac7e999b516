import type { Appointment, Communication, ServiceRequest } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { parseMessage } from '../../src/hl7v2/message.ts'
import { toTree } from '../../src/hl7v2/tree.ts'
import { resourcesOf, run, textOf } from './support.ts'

/** What an outward map has written (`expected.hl7`), read by an inward one: the first resource of a type. */
function readBack(written: string, map: string, type: string): unknown {
  const text = textOf(`test/mappings/${written}/expected.hl7`)
  return resourcesOf(run(map, toTree(parseMessage(text))).target).find(
    ({ resourceType }) => resourceType === type,
  )
}

const input = (written: string) => JSON.parse(textOf(`test/mappings/${written}/input.json`))

test('an order that we send is read as the request that it was', () => {
  const written = 'ServiceRequest-to-ORM_O01/booked'
  const { request } = input(written) as { request: ServiceRequest }
  const read = readBack(written, 'ORM_O01-to-ServiceRequest', 'ServiceRequest') as ServiceRequest
  expect(read).toMatchObject({
    status: request.status,
    priority: request.priority,
    authoredOn: request.authoredOn,
    identifier: [{ system: 'urn:oid:1.2.250.1.748.12345678.12', value: 'OPN101' }],
    code: { text: 'Scanner AP injecté' },
    reasonCode: [{ text: 'suspicion de diverticulite' }],
    extension: request.extension,
  })
  expect(read.code?.coding).toEqual(expect.arrayContaining([...(request.code?.coding ?? [])]))
  expect(read.note?.map(({ text }) => text).sort()).toEqual(request.note?.map(({ text }) => text).sort())
  expect(read.bodySite?.flatMap(({ coding }) => coding?.map(({ code }) => code))).toContain(
    '822978001:272741003=7771000',
  )
})

test('an order that we cancel is read as revoked, with the reason', () => {
  const read = readBack('ServiceRequest-to-ORM_O01/cancelled', 'ORM_O01-to-ServiceRequest', 'ServiceRequest')
  expect(read).toMatchObject({
    status: 'revoked',
    extension: [{ valueCodeableConcept: { text: 'Le patient renonce' } }],
  })
})

test('a patient that we send is read as the person that it was', () => {
  const written = 'ServiceRequest-to-ORM_O01/booked'
  const { id: _, ...patient } = input(written).patient
  const read = readBack(written, 'ORM_O01-to-ServiceRequest', 'Patient')
  expect(read).toMatchObject({
    birthDate: patient.birthDate,
    gender: patient.gender,
    name: patient.name,
    telecom: patient.telecom,
    extension: expect.arrayContaining(patient.extension),
    identifier: [
      { use: 'official', value: '279035121518989' },
      { system: 'urn:relais:CAB1', value: '123' },
    ],
  })
})

test.each(['booked', 'cancelled'])(
  'an appointment that we tell of is read as the one that it was: %s',
  (name) => {
    const written = `Appointment-to-SIU_S12/${name}`
    const { appointment } = input(written) as { appointment: Appointment }
    const read = readBack(written, 'SIU_S12-to-Appointment', 'Appointment') as Appointment
    expect(read).toMatchObject({
      status: appointment.status,
      start: appointment.start,
      end: appointment.end,
      minutesDuration: appointment.minutesDuration,
      comment: appointment.comment,
      patientInstruction: appointment.patientInstruction,
      basedOn: [{ identifier: { value: 'OPN101' } }],
    })
    expect(read.identifier?.map(({ system, value }) => [system, value])).toEqual([
      [undefined, appointment.id],
      ['urn:relais:RIS1', 'RV-88'],
    ])
  },
)

test('a comment that we pass on is read as what was said, by whom and of which request', () => {
  const written = 'Communication-to-ORU_R01/comment'
  const { communication } = input(written) as { communication: Communication }
  const read = readBack(written, 'ORU_R01-to-Communication', 'Communication') as Communication
  expect(read).toMatchObject({
    status: 'completed',
    sent: communication.sent,
    identifier: [{ system: 'urn:relais:RIS1', value: 'CR-OPN101' }],
    basedOn: [{ identifier: { system: 'urn:oid:1.2.250.1.748.12345678.12', value: 'OPN101' } }],
    sender: { identifier: { value: '810003461033' }, display: 'Dr Claire RADIO' },
  })
  expect(
    read.payload?.map(({ contentString, contentAttachment }) => contentString ?? contentAttachment?.data),
  ).toEqual(
    communication.payload?.map(
      ({ contentString, contentAttachment }) => contentString ?? contentAttachment?.data,
    ),
  )
})
