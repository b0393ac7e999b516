import type { Communication, DocumentReference, Patient, ServiceRequest, Task } from '@medplum/fhirtypes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { field, parseMessage } from '../../src/hl7v2/message.ts'
import { type Caller, centreV2, practiceV2, startGateway, type TestGateway } from '../support/gateway.ts'
import { openV2Peer, say, toldBy, type V2Peer, v2 } from '../support/peers.ts'
import { freshNumber, order, patientIdentifierOf, referred, requestOf } from './support.ts'

let practice: V2Peer
let ris: V2Peer
let gateway: TestGateway
let ehr: Caller

const news = {
  'patient.updated': { map: 'Patient-to-ADT_A01', message: 'ADT^A08' },
  'patient.merged': { map: 'Patient-to-ADT_A39', message: 'ADT^A40' },
}

beforeAll(async () => {
  practice = await openV2Peer()
  ris = await openV2Peer()
  gateway = await startGateway({
    connectors: {
      ehr: { ...practiceV2, settings: { ...practiceV2.settings, referralAnswer: 'RRI' } },
      'ris-v2': centreV2(ris.port, { sends: news }),
    },
  })
  ehr = gateway.as('ehr')
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  for (const peer of [practice, ris]) await peer?.[Symbol.asyncDispose]()
})

/** Says a message of these segments under a header of this application; comes back with the answer. */
async function says(type: string, segments: readonly string[], application = 'EHR') {
  const control = freshNumber('C')
  const header = `MSH|^~\\&|${application}|MARCHE|RELAIS||20260106120000+0100||${type}|${control}|P|2.5.1|||||FRA|UNICODE UTF-8`
  const answer = await say(v2(header, ...segments), gateway.mllp)
  if (!answer) throw new Error(`Nothing was answered to ${type}`)
  return { told: toldBy(answer), control, answer: parseMessage(answer.toString('utf8')) }
}

const cx = (number: string) => `${number}^^^MARCHE&1.2.250.1.999.8&ISO^PI`
const pid = (number: string, more = '') => `PID|||${cx(number)}||ESSAI^ALIX^^^^^L||19800101|F${more}`

describe('referrals by REF', () => {
  const referral = (number: string, exam = 'US Abdomen') => [
    `RF1|P|R||||${number}^MARCHE|20260106`,
    'PRD|RP|Exemple^Camille^^^DR|||||899900000011^IDNPS',
    pid(`REF-${number}`),
    `OBR|1|${number}^^1.2.250.1.999.1^ISO||24558-9^${exam}^LN`,
  ]

  test('I12 is taken, I13 changes it, I14 takes it back; each is answered by RRI with our number', async () => {
    const number = freshNumber()
    const first = await says('REF^I12^REF_I12', referral(number))
    const request = await requestOf(number, ehr)
    expect(first.told).toBe(`AA ${first.control}`)
    expect(field(first.answer, 'MSH-9.1')).toBe('RRI')
    expect(field(first.answer, 'RF1-11')).toBe(request.id)

    await says('REF^I13^REF_I12', referral(number, 'Écho du foie'))
    const changed = await requestOf(number, ehr)
    expect(changed.id).toBe(request.id)
    expect(JSON.stringify(changed.code)).toContain('Écho du foie')

    expect((await says('REF^I14^REF_I12', referral(number))).told).toMatch(/^AA /)
    expect((await requestOf(number, ehr)).status).toBe('revoked')
    const [task] = await ehr.search<Task>(`Task?focus=ServiceRequest/${request.id}`)
    expect(task?.status).toBe('cancelled')
  })

  test('I14 of what nobody referred is refused', async () => {
    const { told, answer } = await says('REF^I14^REF_I12', referral(freshNumber()))
    expect(told).toMatch(/^AE /)
    expect(field(answer, 'RF1-1')).toBe('R')
  })
})

describe('patients by ADT', () => {
  /** An order for the patient of this number; the centre is let in on it. */
  async function refers(number: string): Promise<ServiceRequest & { id: string }> {
    const placer = freshNumber()
    const text = order({ number: placer })
      .replace(/^PID.*$/m, pid(number))
      .replace('|RELAIS|', '|RIS|')
    expect(toldBy(await say(text, gateway.mllp))).toMatch(/^AA /)
    return requestOf(placer, ehr)
  }
  const patientOf = async ({ subject }: ServiceRequest) => ehr.get<Patient>(subject.reference ?? '')

  test('A08 changes a patient who is known, and the centre that sees the patient is told', async () => {
    const number = freshNumber('IPP')
    const request = await refers(number)
    expect(
      (
        await says('ADT^A08^ADT_A01', [
          'EVN||20260106',
          pid(number, '|||3 rue Neuve^^LYON^^69001^FRA^H'),
          'PV1||N',
        ])
      ).told,
    ).toMatch(/^AA /)
    expect((await patientOf(request)).address).toMatchObject([{ city: 'LYON' }])
    const told = await ris.hears('ADT^A08')
    expect(told.some((message) => field(message, 'PID-11.3') === 'LYON')).toBe(true)
  })

  test('A40 makes two files one: requests of both are found under the one that stays, and the centre is told', async () => {
    const [stays, goes] = [freshNumber('IPP'), freshNumber('IPP')]
    const [first, second] = [await refers(stays), await refers(goes)]
    const { told } = await says('ADT^A40^ADT_A39', ['EVN||20260106', pid(stays), `MRG|${cx(goes)}`])
    expect(told).toMatch(/^AA /)
    const found = await ehr.search<ServiceRequest>(`ServiceRequest?subject=${first.subject.reference}`)
    expect(found.map(({ id }) => id).sort()).toEqual([first.id, second.id].sort())
    expect(await patientOf(second)).toMatchObject({
      active: false,
      link: [{ type: 'replaced-by', other: { reference: first.subject.reference } }],
    })
    const messages = await ris.hears('ADT^A40')
    expect(
      messages.some((message) => field(message, 'MRG-1.1') === goes && field(message, 'PID-3.1') === stays),
    ).toBe(true)
  })

  test('A08 of whoever is nobody’s patient is kept, and changes nothing', async () => {
    const { answer } = await says('ADT^A08^ADT_A01', ['EVN||20260106', pid(freshNumber('IPP')), 'PV1||N'])
    expect([field(answer, 'MSA-1'), field(answer, 'MSA-3')]).toEqual(['AA', expect.stringMatching(/^Kept; /)])
  })
})

describe('documents by MDM', () => {
  test('T02 is a comment with its document, T10 replaces both, T11 takes them back', async () => {
    const request = await referred(gateway, { ins: patientIdentifierOf(77) })
    const number = request.identifier?.[0]?.value ?? ''
    const addressed = order({ number, control: freshNumber('C'), ins: patientIdentifierOf(77) })
    await say(addressed.replace('|RELAIS|', '|RIS|'), gateway.mllp)
    const document = (own: string, parent: string, text: string) => [
      'EVN||20260106',
      'PID|||4711^^^RIS',
      'PV1||O',
      `TXA|1|18748-4^Compte rendu^LN|TX|20260106120000||||||||${own}^^1.2.250.1.999.9^ISO|${parent && `${parent}^^1.2.250.1.999.9^ISO`}|${number}^^1.2.250.1.999.1^ISO|||LA||AV`,
      `OBX|1|FT|18748-4^Compte rendu^LN||${text}||||||F`,
    ]
    const [one, two] = [freshNumber('DOC'), freshNumber('DOC')]
    expect((await says('MDM^T02^MDM_T02', document(one, '', 'Lithiase.'), 'RIS')).told).toMatch(/^AA /)
    expect((await says('MDM^T10^MDM_T02', document(two, one, 'Pas de lithiase.'), 'RIS')).told).toMatch(
      /^AA /,
    )
    const about = () => ehr.search<Communication>(`Communication?based-on=ServiceRequest/${request.id}`)
    expect(await about()).toMatchObject([
      { status: 'completed', payload: [{ contentString: 'Pas de lithiase.' }] },
    ])
    const documents = await ehr.search<DocumentReference>(
      `DocumentReference?subject=${request.subject.reference}`,
    )
    expect(documents.map(({ status }) => status).sort()).toEqual(['current', 'superseded'])
    expect((await says('MDM^T11^MDM_T01', document(two, '', '').slice(0, 4), 'RIS')).told).toMatch(/^AA /)
    expect(await about()).toMatchObject([{ status: 'entered-in-error' }])
  })
})

test('the operator sees what each partner’s system can do, and nobody else', async () => {
  const { status, body } = await gateway.as('operator').call('GET', '/operation/sheets')
  expect([status, body]).toEqual([
    200,
    {
      sheets: [
        expect.objectContaining({ name: 'ehr', push: true }),
        expect.objectContaining({
          name: 'ris-v2',
          publish: 'declared',
          hold: false,
          confirm: 'telephone',
          takes: Object.keys(news),
        }),
      ],
    },
  ])
  expect((await ehr.call('GET', '/operation/sheets')).status).toBe(403)
})
