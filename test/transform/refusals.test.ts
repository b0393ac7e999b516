import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadMaps } from '../../src/transform/index.ts'
import { parse } from '../../src/transform/language/parse.ts'
import { MapError } from '../../src/transform/map-error.ts'
import { from, header, into, refusals, rules } from './support.ts'

/** Line 3 is the first of the rules. */
const inRules: [string, string, number, RegExp][] = [
  ['an unknown variable of a source', 'scr.a -> tgt.b;', 1, /no variable "scr".*"src"/],
  ['an unknown variable of a target', 'src.a -> tgtt.b;', 10, /no variable "tgtt".*"tgt"/],
  ['an unknown variable of a transform', 'src.a as v -> tgt.b = w;', 23, /no variable "w"/],
  ['an unknown variable in FHIRPath', 'src.a as v -> tgt.b = (%w + %v);', 23, /no variable %w/],
  ['an unknown function of FHIRPath', 'src.a as v -> tgt.b = (%v.uper());', 23, /no function uper\(\)/],
  ['what is no FHIRPath', 'src.a as v where (a..b) -> tgt.b;', 18, /not FHIRPath/],
  ['FHIRPath with a clock', 'src.a as v -> tgt.b = (now());', 23, /%now/],
  ['FHIRPath that reads a store', 'src.a as v where (resolve().exists());', 18, /store/],
  ['FHIRPath that makes variables', "src.a as v where (defineVariable('x'));", 18, /"as"/],
  ['an unknown group', 'src.a as v then Nam(v, tgt);', 17, /no group "Nam"/],
  [
    'a group with too few arguments',
    'src.a as v then Main(v);',
    17,
    /takes 2 arguments \(source src, target tgt\); here are 1/,
  ],
  ['a source given as target', 'src.a as v then Main(v, src);', 25, /is a target/],
  ['FHIRPath given to a group', 'src.a as v then Main((a), tgt);', 22, /given variables/],
  ['an element given to a group', 'src.a as v then Main(v.a, tgt);', 22, /given variables/],
  ['an unknown transform', 'src.a as v -> tgt.b = truncat(v, 3);', 23, /no transform truncat.*"truncate"/],
  ['an unsupported transform', 'src.a as v -> tgt.b = dateOp(v);', 23, /hl7DateTime/],
  [
    'a wrong number of arguments',
    'src.a as v -> tgt.b = truncate(v);',
    23,
    /truncate takes a value and a length/,
  ],
  ['too many arguments', 'src.a as v -> tgt.b = uuid(v);', 23, /uuid takes nothing/],
  ['a length that is none', "src.a as v -> tgt.b = truncate(v, 'x');", 35, /whole number/],
  ['a cast to no primitive', "src.a as v -> tgt.b = cast(v, 'number');", 31, /no FHIR primitive/],
  ['an escape to no form', "src.a as v -> tgt.b = escape(v, 'pdf');", 33, /one of: plain, html/],
  ['an unknown concept map', "src.a as v -> tgt.b = translate(v, '#x', 'code');", 36, /no ConceptMap "#x"/],
  [
    'a translation to something else',
    "src.a as v -> tgt.b = translate(v, '#x', 'text');",
    42,
    /translate takes a code/,
  ],
  ['a reference to no variable', "src.a as v -> tgt.b = reference('x');", 33, /to a variable/],
  ['a create of an unknown type', "src.a as v -> tgt.b = create('Patinet');", 30, /no type "Patinet"/],
  ['a create of a primitive', "src.a as v -> tgt.b = create('string');", 30, /give the value itself/],
  ['an evaluate of no FHIRPath', 'src.a as v -> tgt.b = evaluate(v, 3);', 35, /evaluate takes FHIRPath/],
  ['a variable that is there already', 'src.a as src -> tgt.b;', 10, /"src" here already/],
  [
    'a target variable that is there already',
    "src.a as v -> tgt.b = create('Patient') as v;",
    44,
    /"v" here already/,
  ],
  ['a source that is written to', 'src.a as v -> src.b = v;', 15, /only reads/],
  ['a variable that is written over', 'src.a as v -> tgt = v;', 15, /not written over/],
  ['a value that goes nowhere', 'src.a as v -> append(v, v);', 15, /where this goes/],
  ['a list mode of nothing', "src.a as v -> create('Patient') as p first;", 15, /needs an element/],
  ['a second clause of a kind', 'src.a as v as w -> tgt.b;', 12, /second "as"/],
  ['a second type', 'src.a : string : string -> tgt.b;', 16, /second type/],
  ['an unknown type', 'src.a : Patinet -> tgt.b;', 9, /no type "Patinet"/],
  ['a log of what a message says', 'src.a as v log (%v) -> tgt.b;', 17, /Only fixed text/],
  ['a rule without end', 'src.a -> tgt.b', 1, /semicolon/],
  ['a rule without arrow', 'src.a tgt.b;', 7, /semicolon/],
  ['a transform that is none', 'src.a -> tgt.b = ;', 18, /After = stands a value/],
  ['a number that is no cardinality', 'src.a 1 -> tgt.b;', 9, /cardinality/],
  ['dependents that are none', 'src.a then ;', 12, /then { … }/],
  ['a quote without end', "src.a -> tgt.b = 'x;", 18, /no end/],
  ['a parenthesis without end', 'src.a as v where (a -> tgt.b;', 18, /never closed/],
  ['an argument that is none', 'src.a as v -> tgt.b = copy(*);', 28, /An argument is/],
  ['a share without name', 'src.a as v -> tgt.b = v share;', 30, /Name what is shared/],
]

const inPatient: [string, string, number, RegExp][] = [
  ['an unknown element', 'src.a -> tgt.brithDate;', 14, /Patient has no element "brithDate".*"birthDate"/],
  ['a path through what repeats', 'src.a as v -> tgt.name.text = v;', 19, /name repeats: write v.name as w/],
  ['a path through a choice', 'src.a as v -> tgt.deceased.id = v;', 19, /several types/],
  ['a path through a value', 'src.a as v -> tgt.birthDate.x = v;', 19, /no elements/],
  [
    'a choice of no known type',
    'src.a as v -> tgt.deceased = v;',
    15,
    /write one of deceasedBoolean, deceasedDateTime/,
  ],
  ['a choice made of nothing', 'src.a -> tgt.deceased as d then { };', 10, /several types/],
  ['a value in place of a tree', "src.a -> tgt.name = 'x';", 10, /name takes HumanName, and this is string/],
  [
    'a tree of another type',
    "src.a -> tgt.name = create('Address');",
    10,
    /name takes HumanName, and this is Address/,
  ],
  ['a tree in place of a value', "src.a -> tgt.birthDate = cc('x');", 10, /birthDate takes date/],
  ['a value that is not given', 'src.a -> tgt.birthDate as b then { };', 10, /give it a value/],
  ['a tree without use', 'src.a as v -> tgt.name then { v.b -> tgt.gender; };', 15, /name it with "as"/],
  ['any resource', 'src.a as v -> tgt.contained as c;', 15, /write contained = create/],
  ['a share of what does not repeat', 'src.a as v -> tgt.maritalStatus as m share x;', 15, /does not repeat/],
  ['a share of values', 'src.a as v -> tgt.name as n, n.given = v share x;', 30, /for what has parts/],
]

describe('a map is refused, with line and column, for', () => {
  test.each(inRules)('%s', (_, rule, column, text) => {
    const fault = refusals(rules(rule)).find((one) => text.test(one.text))
    expect(fault).toMatchObject({ file: 'test.map', column })
    expect(fault?.line).toBe(rule.endsWith('b') ? 4 : 3)
  })

  test.each(inPatient)('%s', (_, rule, column, text) => {
    const fault = refusals(into('Patient', rule)).find((one) => text.test(one.text))
    expect(fault).toMatchObject({ line: 3, column })
  })

  test.each([
    ['Patient', 'src.nmae -> tgt.a;', 5, /no element "nmae".*"name"/],
    ['Observation', 'src.value : Address as a -> tgt.a;', 13, /never a Address.*Quantity/],
    [
      'Bundle',
      'src.entry.resource as r, r.birthDate as b -> tgt.a = b;',
      28,
      /Resource has no element "birthDate"/,
    ],
    ['Patient', 'src.name : Address as n -> tgt.a = n;', 12, /never a Address/],
    ['PID', 'src.patientIdentifierLst as i -> tgt.a;', 5, /PID has no element.*patientIdentifierList/],
    ['ORM_O01', 'src.PATIENTS as p -> tgt.a;', 5, /ORM_O01 has no element "PATIENTS".*"PATIENT"/],
  ])('an element that %s has not: %s', (type, rule, column, text) => {
    const fault = refusals(from(type, rule)).find((one) => text.test(one.text))
    expect(fault).toMatchObject({ line: 3, column })
  })

  const group = 'group G(source s, target t) { s.a -> t.b; }'
  test.each<[string, string, number, number, RegExp]>([
    ['no header', group, 1, 1, /begins with its URL/],
    ['a broken header', `map "x" is "y" ${group}`, 1, 9, /begins with its URL/],
    ['no group', header, 1, 1, /at least one group/],
    ['something else', `${header}grup G() {}`, 2, 1, /Here stands one of/],
    [
      'an import of nothing',
      `${header}imports "https://example.org/x"\n${group}`,
      2,
      1,
      /no map .* to import/,
    ],
    [
      'an unknown FHIR type',
      `${header}uses "http://hl7.org/fhir/StructureDefinition/Patinet" as source\n${group}`,
      2,
      1,
      /FHIR R4 has no "Patinet"/,
    ],
    [
      'an unknown v2 structure',
      `${header}uses "http://hl7.org/v2/StructureDefinition/XXX_X99" as source\n${group}`,
      2,
      1,
      /HL7 v2 has no/,
    ],
    [
      'two aliases of one name',
      `${header}uses "urn:a" alias A as source\nuses "urn:b" alias A as target\n${group}`,
      3,
      1,
      /alias "A" here already/,
    ],
    ['a wrong mode', `${header}uses "urn:a" as reader\n${group}`, 2, 17, /as source/],
    ['two groups of one name', `${header}${group}\n${group}`, 3, 7, /group "G" here already/],
    ['two parameters of one name', `${header}group G(source s, target s) { }`, 2, 26, /two parameters/],
    ['a parameter without mode', `${header}group G(s, target t) { }`, 2, 9, /Write the parameters/],
    ['a parameter of no type', `${header}group G(source s : Xyz, target t) { }`, 2, 20, /no type "Xyz"/],
    [
      'a base that is not there',
      `${header}group G(source s, target t) extends H { }`,
      2,
      37,
      /no group "H" to extend/,
    ],
    [
      'a base with other parameters',
      `${header}group G(source s, target t) extends H { }\ngroup H(source s) { }`,
      2,
      37,
      /other parameters/,
    ],
    [
      'a base that is itself',
      `${header}group G(source s, target t) extends H { }\ngroup H(source s, target t) extends G { }`,
      2,
      37,
      /extends itself/,
    ],
    ['a wrong type mode', `${header}group G(source s, target t) <<all>> { }`, 2, 31, /<<types>>/],
    ['a constant of the message', `${header}let x = (%y);\n${group}`, 2, 9, /no variable %y/],
    ['a constant of nothing', `${header}let x = ({});\n${group}`, 2, 9, /A constant is/],
    [
      'two constants of one name',
      `${header}let x = 1;\nlet x = 2;\n${group}`,
      3,
      1,
      /constant "x" here already/,
    ],
    ['a concept map without #', `${header}conceptmap "x" { }\n${group}`, 2, 1, /named by #/],
    [
      'two concept maps of one name',
      `${header}conceptmap "#x" { }\nconceptmap "#x" { }\n${group}`,
      3,
      1,
      /"#x" here already/,
    ],
    [
      'an unknown prefix',
      `${header}conceptmap "#x" { prefix s = "urn:s" s:a - t:b }\n${group}`,
      2,
      44,
      /no prefix "t"/,
    ],
    [
      'a code that needs quotes',
      `${header}conceptmap "#x" { prefix s = "urn:s" s:a-b - s:b }\n${group}`,
      2,
      44,
      /prefix/,
    ],
    [
      'another way for unmapped codes',
      `${header}conceptmap "#x" { prefix s = "urn:s" unmapped for s = fixed }\n${group}`,
      2,
      55,
      /ConceptMap file/,
    ],
    ['a comment without end', `${header}${group} /* x`, 2, 45, /no end/],
  ])('%s', (_, text, line, column, says) => {
    expect(refusals(text).find((one) => says.test(one.text))).toMatchObject({ line, column })
  })

  test('a group of two imports', () => {
    const other = (name: string) => `map "https://example.org/${name}" = "${name}"\n${group}`
    const main = `${header}imports "https://example.org/*"\ngroup Main(source s, target t) { s -> t then G(s, t); }`
    expect(refusals(main, other('a'), other('b'))[0]?.text).toMatch(/imported from .* and from/)
  })

  test('an argument of another type', () => {
    const text = `${header}group Main(source s, target t : Patient) { s -> t then G(s, t); }\ngroup G(source s, target t : Slot) { }`
    expect(refusals(text)[0]).toMatchObject({
      text: expect.stringMatching(/is a Slot, but .* with a Patient/),
    })
  })

  test('a simple rule between types that have no default group', () => {
    const text = `${header}group Main(source s : PID, target t : Patient) { s.patientName -> t.name; }`
    expect(refusals(text)[0]?.text).toMatch(/name takes HumanName, and this is XPN/)
  })

  test('the URL of another map', () => {
    expect(refusals(rules(''), rules(''))[0]).toMatchObject({ file: 'other-0.map', line: 1, column: 1 })
  })
})

describe('all faults are told together', () => {
  test('of reading and of compiling, of all files', () => {
    const faults = refusals(
      rules('src.a -> tgt.b = ;\n scr.a -> tgt.b;\n src.b ~ tgt.b; src.c as v -> tgt.b = w;'),
      'group',
    )
    expect(faults.map(({ file, line, column }) => [file, line, column])).toEqual([
      ['test.map', 3, 18],
      ['test.map', 5, 8],
      ['other-0.map', 1, 6],
      ['other-0.map', 1, 1],
      ['other-0.map', 1, 1],
      ['test.map', 4, 2],
      ['test.map', 5, 39],
    ])
  })
  test('once, though a group is compiled for several types', () => {
    const text = `${header}group Main(source s, target t : Patient) { s -> t.name as n then G(s, n); s -> t.maritalStatus as m then G(s, m); }
    group G(source s, target t) { s.x -> q.b; }`
    expect(refusals(text)).toHaveLength(1)
  })
  test('of ConceptMaps too', () => {
    const map = (more: object) => ({ resourceType: 'ConceptMap', status: 'active', ...more }) as never
    const load =
      (...maps: never[]) =>
      () =>
        loadMaps([{ name: 'a', text: rules('') }], maps)
    expect(load(map({ id: 'x' }))).toThrow(/x:1:1 A ConceptMap needs its url/)
    expect(load(map({ url: 'u' }), map({ url: 'u' }))).toThrow(/two ConceptMaps/)
    expect(load(map({ url: 'u', group: [{ unmapped: { mode: 'other-map', url: 'v' } }] }))).toThrow(
      /no ConceptMap "v"/,
    )
    expect(
      load(
        map({ url: 'u', group: [{ element: [{ code: 'a', target: [{ code: 'b', dependsOn: [{}] }] }] }] }),
      ),
    ).toThrow(/dependsOn/)
  })
})

describe('reading', () => {
  const pieces = [
    'map',
    '"u"',
    '=',
    'group',
    'G',
    '(',
    ')',
    '{',
    '}',
    'source',
    'target',
    's',
    't',
    ',',
    ':',
    ';',
    '->',
    '.',
    'as',
    'where',
    'then',
    '<<',
    '>>',
    'types',
    '1..1',
    "'x'",
    '`',
    '"',
    "'",
    '/*',
    '//',
    '\n',
    'conceptmap',
    'prefix',
    '-',
    'let',
    'uses',
    'imports',
    'check',
    'log',
    'default',
    'first',
    'share',
    '%',
    '[',
    ']',
    '\\',
    'é',
    '\u0000',
    '(((((',
    '{{{{{',
  ]
  const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((found) => found.join(' '))

  test('anything ends, and fails with nothing but what is wrong with the map', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), soup), (text) => {
        try {
          loadMaps([{ name: 'x', text: `${header}${text}` }], [])
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(MapError)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('a map with any piece cut out ends likewise', () => {
    const whole = into(
      'Patient',
      "src.a : string 0..1 default 'x' first as v where (a = 'b') check (true) log 'x' -> tgt.name = create('HumanName') as n share x, n.text = (%v) then G(v, n), H(v, n) { v.b -> n.text; } \"name\";",
    )
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(20), (at, length) => {
        const text = whole.slice(0, at) + whole.slice(at + length)
        expect(() => parse('x', text)).not.toThrow()
      }),
      { numRuns: 1000 },
    )
  })

  test('ever deeper nesting is refused', () => {
    const deep = 'src.a then { '.repeat(20_000)
    expect(() => parse('x', rules(deep))).not.toThrow()
    expect(refusals(rules(deep)).length).toBeGreaterThan(0)
    expect(
      refusals(rules(`src.a as v where ${'('.repeat(20_000)}a${')'.repeat(20_000)} -> tgt.b;`))[0]?.text,
    ).toMatch(/FHIRPath/)
  })
})
