import type { Appointment, CodeableConcept } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { systems } from '../../src/fhir/canonical.ts'
import { listed, reasonsIn } from '../../src/flows/booking/reasons.ts'
import { parseMessage } from '../../src/hl7v2/message.ts'
import { toTree } from '../../src/hl7v2/tree.ts'
import { conceptMaps, resourcesOf, run } from './support.ts'

const reasons = reasonsIn(conceptMaps)
const own = 'urn:relais:code-system:99RIS'

/** What is made of a centre's cancellation with this in SCH-6. */
function heard(eventReason: string): CodeableConcept | undefined {
  const text = `MSH|^~\\&|RIS|C|||20260107||SIU^S15^SIU_S12|1|P|2.5.1\rSCH|A-1|F-1||||${eventReason}|||||||||||||||||||Cancelled`
  const [found] = resourcesOf(run('SIU_S12-to-Appointment', toTree(parseMessage(text))).target).filter(
    (one): one is Appointment => one.resourceType === 'Appointment',
  )
  return found?.cancelationReason
}

interface Said {
  ARQ: { requestEventReason: Readonly<Record<string, string>> }
}

/** What a centre hears in ARQ-6 of a cancellation for this reason. */
function told(cancelationReason: CodeableConcept) {
  const appointment = { resourceType: 'Appointment', id: 'a', status: 'cancelled', cancelationReason }
  const { target } = run('Appointment-to-SRM_S01', { appointment, resources: [appointment] })
  return (target as Said).ARQ.requestEventReason // what that map makes of a cancellation
}

test('each reason of our list comes back from HL7 v2 as it went in', () => {
  for (const code of new Set([...reasons.inward.values()].map(({ code }) => code))) {
    const kept = listed({ coding: [{ system: systems.cancellation, code: code ?? '' }] }, { reasons })
    const { identifier, nameOfCodingSystem } = told(kept)
    expect([identifier, nameOfCodingSystem]).toEqual([code, 'RELAIS-REASON'])
    const back = heard(`${identifier}^^${nameOfCodingSystem}`)
    expect(back?.coding).toEqual([{ system: systems.cancellation, code }])
  }
})

test('a reason of a dialect is our code in HL7 v2, with the words that were said', () => {
  const isik = {
    system: 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason',
    code: 'maint',
  }
  expect(told(listed({ coding: [isik], text: 'Panne' }, { reasons }))).toEqual({
    identifier: 'equipment',
    nameOfCodingSystem: 'RELAIS-REASON',
    text: 'Panne',
  })
})

test('a code of the centre’s own table is read as such, and stands beside ours on its way back', () => {
  const said = heard('PANNE^Appareil en panne^99RIS')
  expect(said?.coding).toEqual([{ system: own, code: 'PANNE', display: 'Appareil en panne' }])
  const coding = [{ system: systems.cancellation, code: 'equipment' }, ...(said?.coding ?? [])]
  expect(told({ coding })).toMatchObject({
    identifier: 'equipment',
    alternateIdentifier: 'PANNE',
    nameOfAlternateCodingSystem: '99RIS',
  })
})

test('a reason without a code is told in its words', () => {
  expect(told({ text: 'Le patient renonce' })).toEqual({ text: 'Le patient renonce' })
  expect(heard('Appareil en panne')).toEqual({ text: 'Appareil en panne' })
})
