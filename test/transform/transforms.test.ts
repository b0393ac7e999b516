import { describe, expect, test } from 'vitest'
import { faultsOf, header, into, made, rules, run } from './support.ts'

describe('a text', () => {
  test.each([
    ['truncate(v, 3)', 'abcdef', 'abc'],
    ["append(v, '-', v)", 'ab', 'ab-ab'],
    ["append('x', none, v)", 'ab', 'xab'],
    ["escape(v, 'html')", '<a & "b">', '&lt;a &amp; &quot;b&quot;&gt;'],
    ["escape(v, 'html', 'plain')", '&lt;&#233;&#xe9;&nbsp;&unknown;', '<éé\u00a0&unknown;'],
    ["escape(v, 'json')", 'a"b\n', 'a\\"b\\n'],
    ["escape(v, 'json', 'plain')", 'a\\"b', 'a"b'],
    ["cast(v, 'string')", 12, '12'],
    ["cast(v, 'integer')", '-12', -12],
    ["cast(v, 'decimal')", '1.50', 1.5],
    ["cast(v, 'boolean')", 'false', false],
    ["cast(v, 'date')", '2024-02-29', '2024-02-29'],
    ["cast(v, 'dateTime')", '2024-02-29T10:00:00+01:00', '2024-02-29T10:00:00+01:00'],
    ['v', 'x', 'x'],
    ['copy(v)', 'x', 'x'],
    ["'it\\'s'", 'x', "it's"],
    ['-1.5', 'x', -1.5],
    ['true', 'x', true],
    ["evaluate(v, 'substring(1)')", 'xyz', 'yz'],
    ['evaluate(v, ($this + %v))', 'x', 'xx'],
    ["evaluate('%v.length()')", 'xyz', 3],
    ['(%v.upper())', 'x', 'X'],
    ['(substring(0, 1))', 'xy', 'x'],
  ])('%s', (transform, v, b) => {
    const map = rules(`src.v as v, src.e default '' as none -> tgt.b = ${transform};`)
    expect(made(map, { v })).toEqual({ b })
  })

  test.each([
    ["cast(v, 'integer')", '1.5'],
    ["cast(v, 'positiveInt')", '0'],
    ["cast(v, 'boolean')", 'oui'],
    ["cast(v, 'date')", '2023-02-29'],
    ["cast(v, 'dateTime')", '2023-02-28T10:00'],
    ["cast(v, 'code')", ' a'],
    ["escape(v, 'json', 'plain')", '"'],
    ['qty(v)', 'much'],
    ['truncate(v, 3)', { tree: 1 }],
  ])('%s of what does not fit is a fault of the value', (transform, v) => {
    expect(faultsOf(rules(`src.v as v -> tgt.b = ${transform} "V";`), { v })).toMatchObject([
      { case: 'value', expression: 'V' },
    ])
  })
})

describe('a datatype', () => {
  test.each([
    ["c('s', v)", { system: 's', code: 'x' }],
    ["c('s', v, 'd')", { system: 's', code: 'x', display: 'd' }],
    ['cc(v)', { text: 'x' }],
    ["cc('s', v)", { coding: [{ system: 's', code: 'x' }] }],
    ["id('s', v)", { system: 's', value: 'x' }],
    [
      "id('s', v, 'PI')",
      {
        type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'PI' }] },
        system: 's',
        value: 'x',
      },
    ],
    ['cp(v)', { system: 'phone', value: 'x' }],
    ["cp('a@b.fr')", { system: 'email', value: 'a@b.fr' }],
    ["cp('fax', v)", { system: 'fax', value: 'x' }],
    ["qty('5.5 mg')", { value: 5.5, unit: 'mg' }],
    ["qty('<5')", { comparator: '<', value: 5 }],
    ["qty('5', 'mg', 's', 'c')", { value: 5, unit: 'mg', system: 's', code: 'c' }],
  ])('%s', (transform, b) => {
    expect(made(rules(`src.v as v -> tgt.b = ${transform};`), { v: 'x' })).toEqual({ b })
  })

  test('of nothing is nothing', () => {
    const map = rules(
      "src.v as v, src.e default '' as e -> tgt.a = c('s', e), tgt.b = cc(e), tgt.c = id('s', e), tgt.d = cp(e), tgt.e = qty(e);",
    )
    expect(made(map, { v: 'x' })).toBeUndefined()
  })
})

describe('a reference', () => {
  test('is the address of the entry', () => {
    const map = into(
      'Bundle',
      `src -> tgt.entry as e, e.fullUrl = 'urn:local:patient', e.resource = create('Patient') as p, p.active = true,
        tgt.entry as f, f.resource = create('ServiceRequest') as r, r.subject = reference(p), r.requester.reference = pointer(p);`,
    )
    expect(made(map, { a: 1 })).toMatchObject({
      entry: [
        {},
        {
          resource: {
            subject: { reference: 'urn:local:patient' },
            requester: { reference: 'urn:local:patient' },
          },
        },
      ],
    })
  })
  test('of a resource that is read is its type and id', () => {
    const map = `${header}group Main(source src : Patient, target tgt : ServiceRequest) { src -> tgt.subject = reference(src); }`
    expect(made(map, { resourceType: 'Patient', id: 'p1' })).toMatchObject({
      subject: { reference: 'Patient/p1' },
    })
  })
  test('to a resource without either is a fault of the map', () => {
    const map = into('ServiceRequest', "src -> create('Patient') as p, tgt.subject = reference(p);")
    expect(faultsOf(map, { a: 1 })).toMatchObject([{ case: 'exception' }])
  })
})

describe('what comes from outside', () => {
  test('an id comes from whoever runs the map', () => {
    let count = 0
    const map = rules('src -> tgt.a = uuid(), tgt.b = uuid();')
    expect(made(map, { z: 1 }, { newId: () => `id-${++count}` })).toEqual({ a: 'id-1', b: 'id-2' })
    expect(faultsOf(map, { z: 1 })).toMatchObject([{ case: 'exception' }, { case: 'exception' }])
  })
  test('the time and the zone too', () => {
    const map = rules('src -> tgt.a = (%now), tgt.b = (%zone);')
    expect(made(map, { z: 1 }, { now: '2026-01-06T12:00:00Z', zone: 'Europe/Paris' })).toEqual({
      a: '2026-01-06T12:00:00Z',
      b: 'Europe/Paris',
    })
  })
})

describe('a translation', () => {
  const map = (as: string, url = 'https://example.org/exam') =>
    rules(`src.v as v -> tgt.b = translate(v, '${url}', '${as}') "OBR-4";`)
  const exam = {
    resourceType: 'ConceptMap' as const,
    status: 'active' as const,
    url: 'https://example.org/exam',
    group: [
      {
        source: 'urn:local',
        target: 'http://loinc.org',
        element: [
          {
            code: 'IRM',
            target: [{ code: '24590-2', display: 'MR Brain', equivalence: 'equivalent' as const }],
          },
          { code: 'OLD', target: [{ code: 'x', equivalence: 'unmatched' as const }] },
        ],
      },
      {
        source: 'urn:local',
        target: 'urn:ccam',
        element: [{ code: 'IRM', target: [{ code: 'ACQN001', equivalence: 'wider' as const }] }],
      },
    ],
  }
  const conceptMaps = [exam]

  test.each([
    ['code', '24590-2'],
    ['system', 'http://loinc.org'],
    ['display', 'MR Brain'],
    ['Coding', { system: 'http://loinc.org', code: '24590-2', display: 'MR Brain' }],
    [
      'CodeableConcept',
      {
        coding: [
          { system: 'http://loinc.org', code: '24590-2', display: 'MR Brain' },
          { system: 'urn:ccam', code: 'ACQN001' },
        ],
      },
    ],
  ])('gives a %s', (as, b) => {
    expect(made(map(as), { v: 'IRM' }, { conceptMaps })).toEqual({ b })
  })

  test('takes a Coding, a v2 code and a CodeableConcept, by their system', () => {
    for (const v of [
      { system: 'urn:local', code: 'IRM' },
      { identifier: 'IRM', text: 'irm' },
      {
        coding: [
          { system: 'urn:other', code: 'IRM' },
          { system: 'urn:local', code: 'IRM' },
        ],
      },
    ]) {
      const { target, unmapped } = run(map('code'), { v }, { conceptMaps })
      expect(target).toEqual({ b: '24590-2' })
      expect(unmapped).toEqual([])
    }
    const { unmapped } = run(map('code'), { v: { system: 'urn:other', code: 'IRM' } }, { conceptMaps })
    expect(unmapped).toEqual([{ map: exam.url, system: 'urn:other', code: 'IRM', place: 'OBR-4' }])
  })

  test('of a code that the map does not know is nothing, and is put down', () => {
    for (const v of ['ECHO', 'OLD']) {
      const { target, unmapped, issues } = run(map('CodeableConcept'), { v }, { conceptMaps })
      expect(target).toBeUndefined()
      expect(unmapped).toEqual([{ map: exam.url, code: v, place: 'OBR-4' }])
      expect(issues).toEqual([])
    }
  })

  const withUnmapped = (unmapped: object) =>
    [
      { ...exam, group: exam.group.map((group) => ({ ...group, unmapped })) },
      {
        ...exam,
        url: 'https://example.org/second',
        group: [
          {
            target: 'urn:t',
            element: [{ code: 'ECHO', target: [{ code: 'US', equivalence: 'equal' as const }] }],
          },
        ],
      },
    ] as never

  test('goes by what the map says of other codes', () => {
    const provided = run(map('Coding'), { v: 'ECHO' }, { conceptMaps: withUnmapped({ mode: 'provided' }) })
    expect(provided).toMatchObject({
      target: { b: { system: 'http://loinc.org', code: 'ECHO' } },
      unmapped: [],
    })
    const fixed = run(
      map('Coding'),
      { v: 'ECHO' },
      { conceptMaps: withUnmapped({ mode: 'fixed', code: 'OTH', display: 'Other' }) },
    )
    expect(fixed).toMatchObject({
      target: { b: { code: 'OTH', display: 'Other' } },
      unmapped: [{ code: 'ECHO' }],
    })
    const other = run(
      map('Coding'),
      { v: 'ECHO' },
      { conceptMaps: withUnmapped({ mode: 'other-map', url: 'https://example.org/second' }) },
    )
    expect(other).toMatchObject({ target: { b: { system: 'urn:t', code: 'US' } }, unmapped: [] })
  })

  test('may be written into the map', () => {
    const text = `${header}
      conceptmap "#sex" {
        prefix s = "urn:v2"
        prefix t = "http://hl7.org/fhir/administrative-gender"
        unmapped for s = provided
        s:M - t:male
        s:"F" == t:female
        s:1 = t:other
        s:N != t:unknown
      }
      group Main(source src, target tgt) { src.v as v -> tgt.b = translate(v, '#sex', 'code'); }`
    expect(made(text, { v: ['M', 'F', '1', 'X'] })).toEqual({ b: ['male', 'female', 'other', 'X'] })
    expect(run(text, { v: 'N' }).unmapped).toMatchObject([{ map: '#sex', code: 'N' }])
  })
})

describe('a function', () => {
  const options = { zone: 'Europe/Paris' }
  test.each([
    ['hl7DateTime()', '20260106134418', '2026-01-06T13:44:18+01:00'],
    ['hl7DateTime()', '20260706134418', '2026-07-06T13:44:18+02:00'],
    ["hl7DateTime('America/Guadeloupe')", '20260106134418', '2026-01-06T13:44:18-04:00'],
    ['hl7DateTime()', '202601', '2026-01'],
    ['hl7Date()', '19790328120000', '1979-03-28'],
    ['hl7Instant()', '20260106134418.5+0100', '2026-01-06T13:44:18.500+01:00'],
    ['toHl7()', '2026-01-06T12:44:18Z', '20260106134418+0100'],
    ['toHl7Date()', '1979-03-28', '19790328'],
    ['oidOrUri()', '1.2.250.1.71', 'urn:oid:1.2.250.1.71'],
    ['oidOrUri()', 'https://rpps.esante.gouv.fr', 'https://rpps.esante.gouv.fr'],
    ['oidOrUri()', 'F1E2D3C4-0000-4000-8000-000000000001', 'urn:uuid:f1e2d3c4-0000-4000-8000-000000000001'],
    ['withoutUrn()', 'urn:oid:1.2.250', '1.2.250'],
    ['digits()', '+33 (0)1.23', '330123'],
    ['contactSystem()', 'a@b.fr', 'email'],
    ['contactSystem()', 'https://x.fr', 'url'],
    ['contactSystem()', '0102', 'phone'],
  ])('%s of %s is %s', (name, v, b) => {
    expect(made(rules(`src.v as v -> tgt.b = (%v.${name});`), { v }, options)).toEqual({ b })
    expect(made(rules(`src.v as v -> tgt.b = (${name});`), { v }, options)).toEqual({ b })
    expect(made(rules(`src.v as v -> tgt.b = (%v.where(true).${name});`), { v }, options)).toEqual({ b })
  })
  test('is applied to each item, and gives nothing where there is nothing', () => {
    expect(made(rules('src -> tgt.b = (v.digits());'), { v: ['a1', 'b', '2'] })).toEqual({ b: ['1', '2'] })
    expect(made(rules('src -> tgt.b = (none.hl7Date());'), { v: 1 })).toBeUndefined()
    expect(made(rules('src -> tgt.b = (v.oidOrUri());'), { v: 'LOCAL' })).toBeUndefined()
  })
  test('of what it cannot read is a fault of the value', () => {
    expect(faultsOf(rules('src.v as v -> tgt.b = (%v.hl7Date()) "PID-7";'), { v: '19791301' })).toMatchObject(
      [{ case: 'value', expression: 'PID-7' }],
    )
  })
})
