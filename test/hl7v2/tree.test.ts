import { describe, expect, test } from 'vitest'
import { fieldsOf } from '../../src/hl7v2/dictionary.ts'
import { fromTree } from '../../src/hl7v2/from-tree.ts'
import { field, type Message, parseMessage } from '../../src/hl7v2/message.ts'
import { filledFields } from '../../src/hl7v2/places.ts'
import { type Tree, toTree } from '../../src/hl7v2/tree.ts'
import { sample, samples } from './samples.ts'

const treeOf = (kind: string, ...lines: string[]) =>
  toTree(parseMessage([`MSH|^~\\&|A|B|C|D|2026||${kind}|1|P|2.5.1`, ...lines].join('\r')))

/** Where each segment has gone: `ORDER[0]/ORDER_DETAIL/OBR`. */
function paths(tree: Tree, above = ''): string[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const all = Array.isArray(value) ? value : [value]
    return all.flatMap((one, at) => {
      const path = `${above}${name}${Array.isArray(value) ? `[${at}]` : ''}`
      if (typeof one !== 'object' || Array.isArray(one)) return []
      const inner = paths(one, `${path}/`)
      return /^[A-Z][A-Z0-9]{2}$/.test(name) ? [path] : inner
    })
  })
}

describe('a message is', () => {
  test('the tree that the standard has for it', () => {
    const tree = treeOf(
      'ORM^O01',
      'PID|1',
      'PV1|1',
      'AL1|1',
      'AL1|2',
      'ORC|NW',
      'OBR|1',
      'NTE|1',
      'OBX|1',
      'NTE|2',
      'OBX|2',
    )
    expect(paths(tree)).toEqual([
      'MSH',
      'PATIENT/PID',
      'PATIENT/PATIENT_VISIT/PV1',
      'PATIENT/AL1[0]',
      'PATIENT/AL1[1]',
      'ORDER[0]/ORC',
      'ORDER[0]/ORDER_DETAIL/OBR',
      'ORDER[0]/ORDER_DETAIL/NTE[0]',
      'ORDER[0]/ORDER_DETAIL/OBSERVATION[0]/OBX',
      'ORDER[0]/ORDER_DETAIL/OBSERVATION[0]/NTE[0]',
      'ORDER[0]/ORDER_DETAIL/OBSERVATION[1]/OBX',
    ])
  })

  test.each(samples)('never without a segment that it had: $name', ({ message }) => {
    const names = paths(toTree(message)).map((path) => path.replace(/^.*\//, '').slice(0, 3))
    expect(names.toSorted()).toEqual(message.segments.map(({ name }) => name).toSorted())
  })

  test.each([
    [
      'two orders',
      'ORM^O01',
      ['PID', 'ORC', 'OBR', 'ORC', 'OBR'],
      [
        'PATIENT/PID',
        'ORDER[0]/ORC',
        'ORDER[0]/ORDER_DETAIL/OBR',
        'ORDER[1]/ORC',
        'ORDER[1]/ORDER_DETAIL/OBR',
      ],
    ],
    [
      'an order without ORC',
      'ORM^O01',
      ['PID', 'OBR', 'OBX', 'OBR'],
      [
        'PATIENT/PID',
        'ORDER[0]/ORDER_DETAIL/OBR',
        'ORDER[0]/ORDER_DETAIL/OBSERVATION[0]/OBX',
        'ORDER[1]/ORDER_DETAIL/OBR',
      ],
    ],
    [
      'a diagnosis that comes late',
      'ORM^O01',
      ['ORC', 'OBR', 'OBX', 'DG1', 'OBX'],
      [
        'ORDER[0]/ORC',
        'ORDER[0]/ORDER_DETAIL/OBR',
        'ORDER[0]/ORDER_DETAIL/OBSERVATION[0]/OBX',
        'ORDER[0]/ORDER_DETAIL/OBSERVATION[1]/OBX',
        'ORDER[0]/ORDER_DETAIL/DG1[0]',
      ],
    ],
    ['a visit without PID', 'ORM^O01', ['PV1', 'ORC'], ['PATIENT/PATIENT_VISIT/PV1', 'ORDER[0]/ORC']],
    [
      'Z segments',
      'ORM^O01',
      ['PID', 'ZFD', 'PV1', 'ZFM', 'ORC', 'OBR', 'ZDS', 'ZDS'],
      [
        'PATIENT/PID',
        'PATIENT/ZFD[0]',
        'PATIENT/PATIENT_VISIT/PV1',
        'PATIENT/PATIENT_VISIT/ZFM[0]',
        'ORDER[0]/ORC',
        'ORDER[0]/ORDER_DETAIL/OBR',
        'ORDER[0]/ORDER_DETAIL/ZDS[0]',
        'ORDER[0]/ORDER_DETAIL/ZDS[1]',
      ],
    ],
    [
      'a segment that has no place',
      'ORM^O01',
      ['PID', 'PV1', 'PV1', 'TXA'],
      [
        'PATIENT/PID',
        'PATIENT/PATIENT_VISIT/PV1[0]',
        'PATIENT/PATIENT_VISIT/PV1[1]',
        'PATIENT/PATIENT_VISIT/TXA[0]',
      ],
    ],
    [
      'two orders and no earlier result',
      'OMG^O19',
      ['ORC', 'OBR', 'OBX', 'ORC', 'OBR'],
      ['ORDER[0]/ORC', 'ORDER[0]/OBR', 'ORDER[0]/OBSERVATION[0]/OBX', 'ORDER[1]/ORC', 'ORDER[1]/OBR'],
    ],
    [
      'an earlier result',
      'OMG^O19',
      ['ORC', 'OBR', 'PID', 'ORC', 'OBR', 'OBX'],
      [
        'ORDER[0]/ORC',
        'ORDER[0]/OBR',
        'ORDER[0]/PRIOR_RESULT[0]/PATIENT_PRIOR/PID',
        'ORDER[0]/PRIOR_RESULT[0]/ORDER_PRIOR[0]/ORC',
        'ORDER[0]/PRIOR_RESULT[0]/ORDER_PRIOR[0]/OBR',
        'ORDER[0]/PRIOR_RESULT[0]/ORDER_PRIOR[0]/OBSERVATION_PRIOR[0]/OBX',
      ],
    ],
    [
      'results without ORC',
      'ORU^R01',
      ['PID', 'OBR', 'OBX', 'OBR', 'OBX'],
      [
        'PATIENT_RESULT[0]/PATIENT/PID',
        'PATIENT_RESULT[0]/ORDER_OBSERVATION[0]/OBR',
        'PATIENT_RESULT[0]/ORDER_OBSERVATION[0]/OBSERVATION[0]/OBX',
        'PATIENT_RESULT[0]/ORDER_OBSERVATION[1]/OBR',
        'PATIENT_RESULT[0]/ORDER_OBSERVATION[1]/OBSERVATION[0]/OBX',
      ],
    ],
    [
      'results of two patients',
      'ORU^R01',
      ['PID', 'ORC', 'OBR', 'PID', 'OBR'],
      [
        'PATIENT_RESULT[0]/PATIENT/PID',
        'PATIENT_RESULT[0]/ORDER_OBSERVATION[0]/ORC',
        'PATIENT_RESULT[0]/ORDER_OBSERVATION[0]/OBR',
        'PATIENT_RESULT[1]/PATIENT/PID',
        'PATIENT_RESULT[1]/ORDER_OBSERVATION[0]/OBR',
      ],
    ],
    [
      'a move of an appointment',
      'SIU^S13',
      ['SCH', 'PID', 'RGS', 'AIS', 'NTE', 'AIL', 'AIS', 'RGS', 'AIP'],
      [
        'SCH',
        'PATIENT[0]/PID',
        'RESOURCES[0]/RGS',
        'RESOURCES[0]/SERVICE[0]/AIS',
        'RESOURCES[0]/SERVICE[0]/NTE[0]',
        'RESOURCES[0]/SERVICE[1]/AIS',
        'RESOURCES[0]/LOCATION_RESOURCE[0]/AIL',
        'RESOURCES[1]/RGS',
        'RESOURCES[1]/PERSONNEL_RESOURCE[0]/AIP',
      ],
    ],
    [
      'resources without RGS',
      'SIU^S12',
      ['SCH', 'AIS', 'AIL'],
      ['SCH', 'RESOURCES[0]/SERVICE[0]/AIS', 'RESOURCES[0]/LOCATION_RESOURCE[0]/AIL'],
    ],
    [
      'an answer to a booking',
      'SRR^S04',
      ['MSA', 'SCH', 'PID', 'RGS', 'AIS'],
      [
        'MSA',
        'SCHEDULE/SCH',
        'SCHEDULE/PATIENT[0]/PID',
        'SCHEDULE/RESOURCES[0]/RGS',
        'SCHEDULE/RESOURCES[0]/SERVICE[0]/AIS',
      ],
    ],
    [
      'a patient merged',
      'ADT^A40',
      ['EVN', 'PID', 'MRG', 'PID', 'MRG'],
      ['EVN', 'PATIENT[0]/PID', 'PATIENT[0]/MRG', 'PATIENT[1]/PID', 'PATIENT[1]/MRG'],
    ],
    ['an acknowledgement', 'ACK^O01', ['MSA', 'ERR', 'ERR'], ['MSA', 'ERR[0]', 'ERR[1]']],
    ['a type that has no structure here', 'QRY^Q01', ['QRD', 'QRF', 'QRD'], ['QRD[0]', 'QRD[1]', 'QRF[0]']],
  ])('well read with %s', (_, kind, segments, expected) => {
    expect(paths(treeOf(kind, ...segments.map((name) => `${name}|1`)))).toEqual(['MSH', ...expected])
  })
})

describe('values', () => {
  const order = (tree: Tree) => JSON.parse(JSON.stringify(tree)).ORDER[0]

  test('go by the names of the standard', () => {
    const { ORDER, PATIENT } = JSON.parse(JSON.stringify(toTree(sample('flux1').message)))
    expect(PATIENT.PID.patientIdentifierList[0].assigningAuthority).toEqual({
      namespaceId: 'ASIP-SANTE-INS-NIR',
      universalId: '1.2.250.1.213.1.4.10',
      universalIdType: 'ISO',
    })
    expect(ORDER[0].ORC.placerOrderNumber.entityIdentifier).toBe('OPN101')
    expect(ORDER[0].ORDER_DETAIL.OBR.universalServiceIdentifier.identifier).toBe('TRANSMISSION_DEMANDE')
    expect(ORDER[0].ORDER_DETAIL.OBSERVATION[0].OBX.observationValue).toEqual([
      { identifier: 'MR', text: 'IRM', nameOfCodingSystem: 'DCM' },
    ])
  })

  test('are an array when the field repeats, and one value otherwise', () => {
    const { PID } = JSON.parse(JSON.stringify(treeOf('ORM^O01', 'PID|||1~2|||||M'))).PATIENT
    expect(PID).toEqual({
      patientIdentifierList: [{ idNumber: '1' }, { idNumber: '2' }],
      administrativeSex: { identifier: 'M' },
    })
  })

  test('are an array too when the sender repeats what does not repeat', () => {
    const { ORC } = order(treeOf('ORM^O01', 'ORC|NW|1^A~2^B'))
    expect(ORC.placerOrderNumber).toEqual([
      { entityIdentifier: '1', namespaceId: 'A' },
      { entityIdentifier: '2', namespaceId: 'B' },
    ])
  })

  test('of OBX-5 are read by what OBX-2 says', () => {
    const values = [
      'NM|x||70',
      'SN|x||>^5',
      'RP|x||https://a.example/1^&1.2&ISO^image',
      'TX|x||a&b',
      '|x||?^!',
    ].map(
      (rest) => order(treeOf('ORM^O01', 'ORC|NW', 'OBR|1', `OBX|1|${rest}`)).ORDER_DETAIL.OBSERVATION[0].OBX,
    )
    expect(values.map(({ observationValue }) => observationValue)).toEqual([
      ['70'],
      [{ comparator: '>', num1: '5' }],
      [
        {
          pointer: 'https://a.example/1',
          applicationId: { universalId: '1.2', universalIdType: 'ISO' },
          typeOfData: 'image',
        },
      ],
      ['a'],
      ['?'],
    ])
    expect(values[3].observationValueComponents).toEqual({ c1: 'a', c1Subcomponents: { s1: 'a', s2: 'b' } })
    expect(values[4].observationValueComponents).toEqual({ c1: '?', c2: '!' })
  })

  test('of Z segments and unknown fields go by position', () => {
    const { ORC, ZFA } = order(treeOf('ORM^O01', `ORC|NW${'|'.repeat(49)}x^y`, 'ZFA|ACTIF|a^b&c~d'))
    expect(ORC.f50).toEqual({ c1: 'x', c2: 'y' })
    expect(ZFA[0].f1).toEqual({ c1: 'ACTIF' })
    expect(ZFA[0].f2).toEqual([{ c1: 'a', c2: 'b', c2Subcomponents: { s1: 'b', s2: 'c' } }, { c1: 'd' }])
  })

  test('have no property when absent, nor when HL7 null', () => {
    const { PID } = JSON.parse(JSON.stringify(treeOf('ORM^O01', 'PID|||^^^~||""|^|""|F'))).PATIENT
    expect(PID).toEqual({ administrativeSex: { identifier: 'F' } })
  })
})

describe('a tree is written', () => {
  /** Every leaf that is not empty, by its place. */
  const leaves = (message: Message) =>
    message.segments.flatMap(({ name, fields }) =>
      fields.flatMap((repetitions, f) =>
        repetitions.flatMap((components, r) =>
          components.flatMap((subcomponents, c) =>
            subcomponents.flatMap((value, s) =>
              value === '' ? [] : [`${name}-${f}[${r}].${c}.${s}=${value}`],
            ),
          ),
        ),
      ),
    )

  test.each(samples)('with all that it was read from: $name', ({ message }) => {
    const kind = [field(message, 'MSH-9.1'), field(message, 'MSH-9.2')].filter(Boolean)
    const structure = { ACK_R01: 'ACK' }[kind.join('_')] ?? kind.join('_').replace(/SIU_S\d\d/, 'SIU_S12')
    expect(leaves(fromTree(toTree(message), structure)).toSorted()).toEqual(leaves(message).toSorted())
  })

  test('in the order of the structure', () => {
    const tree = {
      ORDER: [
        {
          ORDER_DETAIL: { NTE: [{ comment: ['late'] }], OBR: { priority: 'S' } },
          ZDS: { f1: 'z' },
          ORC: { orderControl: 'NW' },
        },
      ],
      PATIENT: {
        PID: { patientIdentifierList: [{ idNumber: '1', assigningAuthority: { universalId: '1.2' } }] },
      },
      MSH: { messageType: { messageCode: 'ORM', triggerEvent: 'O01' }, messageControlId: '1' },
    }
    const message = fromTree(tree, 'ORM_O01')
    expect(message.segments.map(({ name }) => name)).toEqual(['MSH', 'PID', 'ORC', 'OBR', 'NTE', 'ZDS'])
    expect(field(message, 'PID-3.4.2')).toBe('1.2')
    expect(field(message, 'MSH-2')).toBe('^~\\&')
  })

  test('with text where the standard has a composite', () => {
    expect(field(fromTree({ ORDER: [{ ORC: { placerOrderNumber: 'P-1' } }] }, 'ORM_O01'), 'ORC-2')).toBe(
      'P-1',
    )
  })

  test('only with names that there are', () => {
    const wrong = () => fromTree({ ORDER: [{ ORC: { placerOrderNumbr: 'P-1' } }] }, 'ORM_O01')
    expect(wrong).toThrow(expect.objectContaining({ case: 'structure' }))
  })
})

test('the filled fields of a message are known by their places', () => {
  const message = parseMessage('MSH|^~\\&|A|||||| ORM|1\rOBX|1||c^^\rOBX|2|||^&^~\rPID|||""')
  expect(filledFields(message)).toEqual([
    'MSH-1',
    'MSH-2',
    'MSH-3',
    'MSH-9',
    'MSH-10',
    'OBX[1]-1',
    'OBX[1]-3',
    'OBX[2]-1',
    'PID-3',
  ])
})

test('names of one segment are each used once', () => {
  for (const { message } of samples) {
    for (const { name } of message.segments) {
      const names = (fieldsOf(name) ?? []).map((element) => element.name)
      expect(new Set(names).size, name).toBe(names.length)
    }
  }
})
