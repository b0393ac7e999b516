import { describe, expect, test } from 'vitest'
import { loadMaps } from '../../src/transform/index.ts'
import { faultsOf, from, header, into, made, rules, run } from './support.ts'

describe('a source', () => {
  test('runs its rule once for each item of the element', () => {
    expect(made(rules('src.a as v -> tgt.b = v;'), { a: ['1', '2'] })).toEqual({ b: ['1', '2'] })
    expect(made(rules('src.a as v -> tgt.b = v;'), { a: '1' })).toEqual({ b: '1' })
  })

  test('that is absent runs nothing', () => {
    const map = rules("src.a -> tgt.b = 'there';")
    for (const input of [{}, { a: undefined }, { a: null }, { a: '' }, { a: [] }]) {
      expect(made(map, input)).toBeUndefined()
    }
    expect(made(map, { a: 0 })).toEqual({ b: 'there' })
    expect(made(map, { a: false })).toEqual({ b: 'there' })
  })

  test('to which the sender gave no value on purpose is absent', () => {
    const map = rules('src.a as v -> tgt.b = v; src.c.d as v -> tgt.e = v; src -> tgt.f = (a.hl7Date());')
    expect(made(map, { a: '""', c: [{ d: '""' }, { d: 'x' }] })).toEqual({ e: 'x' })
    expect(made(map, { a: ['""'], c: { d: ['""', 'y'] } })).toEqual({ e: 'y' })
  })

  test('goes down several elements, through lists', () => {
    const input = { a: [{ b: { c: ['1', '2'] } }, { b: { c: '3' } }, { x: 1 }] }
    expect(made(rules('src.a.b.c as v -> tgt.all = v;'), input)).toEqual({ all: ['1', '2', '3'] })
  })

  test('takes delimited names, and names that are words of the language', () => {
    const input = { 'Z-1': 'a', source: 'b', where: 'c', first: 'd' }
    const map = rules(
      'src.`Z-1` as v -> tgt.`x y` = v; src.source as v -> tgt.target = v; src.where as w -> tgt.check = w; src.first -> tgt.last;',
    )
    expect(made(map, input)).toEqual({ 'x y': 'a', target: 'b', check: 'c', last: 'd' })
  })

  test('is never read as code, whatever its names and texts hold', () => {
    for (const name of ['a"];throw 1//', 'a`;throw 1//', 'a */ throw 1', 'a\u2028throw 1']) {
      const quoted = `\`${name.replaceAll('`', '\\`')}\``
      const map = rules(
        `src.${quoted} as v where ($this != '${name}') -> tgt.${quoted} = v, tgt.text = '${name}';`,
      )
      expect(made(map, { [name]: 'x' })).toEqual({ [name]: 'x', text: name })
    }
  })

  test('without element is the variable itself', () => {
    expect(made(rules("src -> tgt.a = 'x'; src as s -> tgt.b = s;"), 'text')).toEqual({ a: 'x', b: 'text' })
  })

  test('beside another runs for each pair', () => {
    const map = rules('src.a as x, src.b as y -> tgt.c = append(x, y);')
    expect(made(map, { a: ['1', '2'], b: ['3', '4'] })).toEqual({ c: ['13', '14', '23', '24'] })
    expect(made(map, { a: ['1', '2'] })).toBeUndefined()
  })

  test('may read a variable of a source before it', () => {
    const map = rules('src.a as x, x.b as y -> tgt.c = y;')
    expect(made(map, { a: [{ b: '1' }, { b: '2' }] })).toEqual({ c: ['1', '2'] })
  })
})

describe('where', () => {
  const input = {
    a: [
      { t: 'x', v: '1' },
      { t: 'y', v: '2' },
      { t: 'x', v: '3' },
    ],
  }

  test('is asked of each item, and filters', () => {
    expect(made(rules("src.a as i where (t = 'x') -> tgt.b = i.v;"), input)).toEqual({ b: ['1', '3'] })
  })

  test('may stand without parentheses, and before or after "as"', () => {
    expect(made(rules("src.a where t = 'y' as i -> tgt.b = i.v;"), input)).toEqual({ b: '2' })
    expect(made(rules("src.a as i where (t = 'y') or (v = '1') -> tgt.b = i.v;"), input)).toEqual({
      b: ['1', '2'],
    })
    expect(made(rules("src.a as i where (t = 'y') then { i.v as v -> tgt.b = v; };"), input)).toEqual({
      b: '2',
    })
  })

  test('sees the variables of the rule and of those around it', () => {
    const map = rules('src.want as want -> tgt then { src.a as i where (%i.t = %want) -> tgt.b = i.v; };')
    expect(made(map, { ...input, want: 'y' })).toEqual({ b: '2' })
  })

  test('that comes to nothing lets nothing through', () => {
    expect(made(rules("src.a as i where (none = 'x') -> tgt.b = i.v;"), input)).toBeUndefined()
  })

  test('of a variable is a condition', () => {
    const map = rules("src where (a.exists()) -> tgt.b = 'some'; src where (a.empty()) -> tgt.b = 'none';")
    expect(made(map, input)).toEqual({ b: 'some' })
    expect(made(map, { z: 1 })).toEqual({ b: 'none' })
  })
})

describe('a list mode', () => {
  const input = { a: ['1', '2', '3'] }
  test.each([
    ['first', '1'],
    ['not_first', ['2', '3']],
    ['last', '3'],
    ['not_last', ['1', '2']],
  ])('%s takes its part of the items', (mode, b) => {
    expect(made(rules(`src.a ${mode} as v -> tgt.b = v;`), input)).toEqual({ b })
    expect(made(rules(`src.a as v ${mode} -> tgt.b = v;`), input)).toEqual({ b })
  })

  test('only_one fails when there are several', () => {
    expect(made(rules('src.a only_one as v -> tgt.b = v;'), { a: ['1'] })).toEqual({ b: '1' })
    expect(faultsOf(rules('src.a only_one as v -> tgt.b = v "A-1";'), input)).toMatchObject([
      { case: 'value', expression: 'A-1' },
    ])
  })

  test('is applied to what "where" has let through', () => {
    expect(made(rules("src.a first as v where ($this != '1') -> tgt.b = v;"), input)).toEqual({ b: '2' })
  })
})

describe('default', () => {
  test('stands in for what is absent', () => {
    const map = rules("src.a default 'x' as v -> tgt.b = v;")
    expect(made(map, {})).toEqual({ b: 'x' })
    expect(made(map, { a: 'y' })).toEqual({ b: 'y' })
  })
  test('may be FHIRPath', () => {
    const map = rules("src.c as c, src.a default (%c + '!') as v -> tgt.b = v;")
    expect(made(map, { c: 'z' })).toEqual({ b: 'z!' })
  })
})

describe('a cardinality', () => {
  test('asks for what must be there', () => {
    const map = rules('src.a 1..1 as v -> tgt.b = v "ORC-2";')
    expect(made(map, { a: '1' })).toEqual({ b: '1' })
    expect(faultsOf(map, {})).toMatchObject([{ case: 'required', expression: 'ORC-2' }])
    expect(faultsOf(map, { a: ['1', '2'] })).toMatchObject([{ case: 'value', expression: 'ORC-2' }])
  })
  test('may be open to the top', () => {
    expect(made(rules('src.a : string 2..* as v -> tgt.b = v;'), { a: ['1', '2', '3'] })).toEqual({
      b: ['1', '2', '3'],
    })
  })
  test('tells several faults together, by the source where the rule has no name', () => {
    const map = rules('src.a 1..1 -> tgt.a; src.b 1..1 -> tgt.b;')
    expect(faultsOf(map, {}).map(({ expression }) => expression)).toEqual(['src.a', 'src.b'])
  })
})

describe('check and log', () => {
  test('a check that fails is a fault of the value, at the place of the rule', () => {
    const map = rules('src.a as v check ($this.length() < 3) -> tgt.b = v "PID-3";')
    expect(made(map, { a: 'ab' })).toEqual({ b: 'ab' })
    const [fault] = faultsOf(map, { a: 'secret' })
    expect(fault).toMatchObject({ case: 'value', expression: 'PID-3' })
    expect(fault?.text).not.toContain('secret')
  })
  test('a log is information when the source is there', () => {
    const map = rules("src.a log 'an old field' -> tgt.b = 'x' \"A-1\";")
    expect(run(map, { a: 1 }).issues).toEqual([
      { case: 'informational', severity: 'information', text: 'an old field', expression: 'A-1' },
    ])
    expect(run(map, {}).issues).toEqual([])
  })
  test('FHIRPath that does not fit the value is a fault that does not quote it', () => {
    const [fault] = faultsOf(rules('src.a as v -> tgt.b = (%v.hl7DateTime()) "A-1";'), { a: 'Dupont' })
    expect(fault).toMatchObject({ case: 'value', expression: 'A-1' })
    expect(fault?.text).not.toContain('Dupont')
  })
})

describe('a type of a source', () => {
  test('takes the one way of a choice', () => {
    const map = from(
      'Observation',
      'src.value : Quantity as q -> tgt.n = q.value; src.value : string as s -> tgt.s = s;',
    )
    expect(made(map, { resourceType: 'Observation', valueQuantity: { value: 3 } })).toEqual({ n: 3 })
    expect(made(map, { resourceType: 'Observation', valueString: 'x' })).toEqual({ s: 'x' })
  })
  test('without one takes any way of the choice', () => {
    const map = from('Observation', 'src.value as v -> tgt.v = v;')
    expect(made(map, { resourceType: 'Observation', valueString: 'x' })).toEqual({ v: 'x' })
    expect(made(map, { resourceType: 'Observation', valueInteger: 4 })).toEqual({ v: 4 })
  })
  test('takes resources of a type', () => {
    const map = from('Bundle', 'src.entry.resource : Patient as p -> tgt.birth = p.birthDate;')
    const bundle = {
      resourceType: 'Bundle',
      entry: [
        { resource: { resourceType: 'Patient', birthDate: '1979' } },
        { resource: { resourceType: 'Slot' } },
      ],
    }
    expect(made(map, bundle)).toEqual({ birth: '1979' })
  })
  test('takes JSON values of a kind', () => {
    const map = rules(
      'src.a : string as v -> tgt.s = v; src.a : integer as v -> tgt.i = v; src.a : object as o -> tgt.o = o.x;',
    )
    expect(made(map, { a: ['t', 2, 2.5, true, { x: 'y' }] })).toEqual({ s: 't', i: 2, o: 'y' })
  })
})

describe('a target', () => {
  test('of FHIR makes a list where the element repeats, also of one value', () => {
    const map = into('Patient', 'src.a as v -> tgt.name as n, n.given = v; src.b as v -> tgt.birthDate = v;')
    expect(made(map, { a: 'x', b: '1979-03' })).toEqual({
      resourceType: 'Patient',
      name: [{ given: ['x'] }],
      birthDate: '1979-03',
    })
  })

  test('that does not repeat is one tree, whichever rules write to it', () => {
    const map = into(
      'ServiceRequest',
      'src.a as v -> tgt.code as c, c.text = v; src.b as v -> tgt.code as c, c.id = v;',
    )
    expect(made(map, { a: 'x', b: 'y' })).toMatchObject({ code: { text: 'x', id: 'y' } })
  })

  test('may lie deeper', () => {
    const map = into('ServiceRequest', 'src.a as v -> tgt.code.text = v, tgt.subject.identifier.value = v;')
    expect(made(map, { a: 'x' })).toMatchObject({
      code: { text: 'x' },
      subject: { identifier: { value: 'x' } },
    })
  })

  test('names the way of a choice by what is made, or is written in full', () => {
    const map = into(
      'Observation',
      "src.a as v -> tgt.value = create('Quantity') as q, q.value = v; src.b as v -> tgt.effectiveDateTime = v; src.c as v -> tgt.value = cast(v, 'boolean');",
    )
    expect(made(map, { a: '1.50', b: '2024-01-01' })).toEqual({
      resourceType: 'Observation',
      valueQuantity: { value: 1.5 },
      effectiveDateTime: '2024-01-01',
    })
    expect(made(map, { c: 'true' })).toEqual({ resourceType: 'Observation', valueBoolean: true })
  })

  test('takes values as its primitive is written, and refuses those that are none', () => {
    const map = into('Slot', 'src.o as v -> tgt.overbooked = v "O"; src.s as v -> tgt.start = v "S";')
    expect(made(map, { o: 'true', s: '2024-02-29T10:00:00Z' })).toMatchObject({ overbooked: true })
    expect(faultsOf(map, { o: 'yes', s: '2023-02-29T10:00:00Z' })).toMatchObject([
      { case: 'value', expression: 'O' },
      { case: 'value', expression: 'S' },
    ])
  })

  test('that takes one value keeps the last of several, and says so', () => {
    const map = into('Patient', 'src.g as v -> tgt.gender = v "PID-8";')
    const { target, issues } = run(map, { g: ['male', 'female'] })
    expect(target).toMatchObject({ gender: 'female' })
    expect(issues).toMatchObject([{ case: 'value', severity: 'warning', expression: 'PID-8' }])
    expect(run(map, { g: ['male', 'male'] }).issues).toEqual([])
  })

  test('says with first or last which of several values is meant', () => {
    const last = run(into('Patient', "src -> tgt.gender = 'unknown'; src.g as v -> tgt.gender = v last;"), {
      g: 'male',
    })
    expect(last).toMatchObject({ target: { gender: 'male' }, issues: [] })
    const first = run(into('Patient', 'src.g as v -> tgt.gender = v first;'), { g: ['male', 'female'] })
    expect(first).toMatchObject({ target: { gender: 'male' }, issues: [] })
  })

  test('puts items first or last in a list', () => {
    const map = into(
      'Patient',
      'src.l as v -> tgt.identifier as i last, i.value = v; src.a as v -> tgt.identifier as i, i.value = v; src.f as v -> tgt.identifier as i first, i.value = v;',
    )
    const { identifier } = made(map, { l: ['9'], a: ['4', '5'], f: ['1', '2'] }) as {
      identifier: { value: string }[]
    }
    expect(identifier.map(({ value }) => value)).toEqual(['1', '2', '4', '5', '9'])
  })

  test('is one for all rules that share it', () => {
    const map = into(
      'Patient',
      'src.f as v -> tgt.name as n share legal, n.family = v; src.g as v -> tgt.name as n share legal, n.given = v; src.x as v -> tgt.name as n, n.text = v;',
    )
    expect(made(map, { f: 'A', g: ['B', 'C'], x: 'D' })).toMatchObject({
      name: [{ family: 'A', given: ['B', 'C'] }, { text: 'D' }],
    })
  })

  test('single goes on filling the first item', () => {
    const map = into('Patient', 'src.g as v -> tgt.name as n single, n.given = v;')
    expect(made(map, { g: ['B', 'C'] })).toMatchObject({ name: [{ given: ['B', 'C'] }] })
  })

  test('that nothing is written to leaves no trace', () => {
    const map = into(
      'Patient',
      "src -> tgt.name as n then { src.f as v -> n.family = v; }; src.g -> tgt.birthDate = '';",
    )
    expect(made(map, { f: '', g: 1 })).toBeUndefined()
    expect(made(map, { f: 'A' })).toEqual({ resourceType: 'Patient', name: [{ family: 'A' }] })
  })

  test('that stands by itself is put where it belongs later', () => {
    const map = into(
      'Bundle',
      "src.a as v -> create('Patient') as p, tgt.entry as e, e.resource = p, p.birthDate = v;",
    )
    expect(made(map, { a: '1979' })).toEqual({
      resourceType: 'Bundle',
      entry: [{ resource: { resourceType: 'Patient', birthDate: '1979' } }],
    })
  })

  test('does not change what is read, though a copy of it is written to', () => {
    const input = { resourceType: 'Patient', name: [{ family: 'A' }] }
    const map = `${header}group Main(source src : Patient, target tgt : Patient) { src.name as n -> tgt.name = n as m, m.text = 'x'; }`
    expect(made(map, input)).toMatchObject({ name: [{ family: 'A', text: 'x' }] })
    expect(input).toEqual({ resourceType: 'Patient', name: [{ family: 'A' }] })
  })

  test('of an entry that has lost its resource goes with it', () => {
    const map = into(
      'Bundle',
      "src -> tgt.type = 'collection', tgt.entry as e, e.fullUrl = 'urn:x', e.resource = create('Patient') as p then { src.a as v -> p.birthDate = v; };",
    )
    expect(made(map, { z: 1 })).toEqual({ resourceType: 'Bundle', type: 'collection' })
  })
})

describe('what depends on a rule', () => {
  test('other groups get variables, and append to what is there', () => {
    const map = `${header}group Main(source src, target tgt : Patient) {
      src.a as v -> tgt.name as n then Name(v, n, 'usual');
    }
    group Name(source s, target t : HumanName, source use) { s.f -> t.family; s -> t.use = use; }`
    expect(made(map, { a: [{ f: 'A' }, { f: 'B' }] })).toMatchObject({
      name: [
        { family: 'A', use: 'usual' },
        { family: 'B', use: 'usual' },
      ],
    })
  })

  test('a group without types takes those it is invoked with', () => {
    const map = `${header}group Main(source src, target tgt : Patient) {
      src -> tgt.name as n then Text(src, n); src -> tgt.maritalStatus as m then Text(src, m);
    }
    group Text(source s, target t) { s.a as v -> t.text = v; }`
    expect(made(map, { a: 'x' })).toMatchObject({ name: [{ text: 'x' }], maritalStatus: { text: 'x' } })
  })

  test('a group that extends another does what that does, first', () => {
    const map = `${header}group Main(source src, target tgt : Patient) extends Base { src.a as v -> tgt.gender = v; }
    group Base(source s, target t : DomainResource) { s.b as v -> t.language = v; }`
    expect(made(map, { a: 'male', b: 'fr' })).toMatchObject({ gender: 'male', language: 'fr' })
  })

  test('a group may invoke itself', () => {
    const map = `${header}group Main(source src, target tgt) {
      src.name -> tgt.title; src.child as c -> tgt.part = create('Part') as p then Main(c, p);
    }`
    const typed = map.replace('group', 'uses "https://example.org/Part" alias Part as target group')
    const input = { name: 'a', child: [{ name: 'b', child: { name: 'c' } }, { name: 'd' }] }
    expect(made(typed, input)).toEqual({
      title: 'a',
      part: [{ title: 'b', part: { title: 'c' } }, { title: 'd' }],
    })
  })

  test('a group that invokes itself without end fails', () => {
    expect(() => made(rules('src -> tgt then Main(src, tgt);'), { a: 1 })).toThrow('without end')
  })

  test('a group of an imported map is known, also by a wildcard', () => {
    const other = `map "https://example.org/StructureMap/names" = "names"\ngroup Name(source s, target t) { s.f -> t.family; }`
    const main = (url: string) =>
      `${header}imports "${url}"\ngroup Main(source src, target tgt : Patient) { src -> tgt.name as n then Name(src, n); }`
    for (const url of ['https://example.org/StructureMap/names', 'https://example.org/StructureMap/*']) {
      const maps = loadMaps(
        [
          { name: 'a.map', text: main(url) },
          { name: 'b.map', text: other },
        ],
        [],
      )
      expect(maps.run('test', { f: 'A' }).target).toMatchObject({ name: [{ family: 'A' }] })
    }
  })
})

describe('the simple form', () => {
  test('copies values and trees', () => {
    expect(made(rules('src.a -> tgt.b "x"; src.c -> tgt.d;'), { a: 1, c: { x: [1] } })).toEqual({
      b: 1,
      d: { x: [1] },
    })
  })
  test('goes by the default group of two types', () => {
    const map = `${header}
    group Main(source src : Patient, target tgt : Practitioner) { src.contact -> tgt.qualification; }
    group Contact(source s : \`Patient.contact\`, target t : \`Practitioner.qualification\`) <<types>> { s.id -> t.id; }`
    expect(made(map, { resourceType: 'Patient', contact: [{ id: 'x' }] })).toMatchObject({
      qualification: [{ id: 'x' }],
    })
  })
})

describe('a map', () => {
  test('may have several sources and targets, by name', () => {
    const map = `${header}group Main(source a, source b, target x, target y) { a.v -> x.w; b.v -> y.w; }`
    expect(made(map, { a: { v: 1 }, b: { v: 2 } })).toEqual({ x: { w: 1 }, y: { w: 2 } })
  })
  test('may have constants', () => {
    const map = `${header}let system = 'urn:x';\nlet long = ('a' + 'b');\ngroup Main(source src, target tgt) { src -> tgt.a = system, tgt.b = (%long + %system); }`
    expect(made(map, { z: 1 })).toEqual({ a: 'urn:x', b: 'aburn:x' })
  })
  test('may say its URL and name in metadata', () => {
    const maps = loadMaps(
      [
        {
          name: 'x',
          text: "/// url = 'https://example.org/m'\n/// name = 'meta'\ngroup G(source s, target t) { s.a -> t.b; }",
        },
      ],
      [],
    )
    expect(maps.run('https://example.org/m', { a: 1 }).target).toEqual({ b: 1 })
    expect(maps.run('meta', { a: 1 }).target).toEqual({ b: 1 })
  })
  test('takes comments of both kinds, anywhere', () => {
    expect(made(rules('// a\nsrc.a /* b */ -> // c\n tgt.b; /// doc'), { a: 1 })).toEqual({ b: 1 })
  })
  test('of a site goes before the one of the same URL', () => {
    const own = [{ name: 'own.map', text: rules("src -> tgt.a = 'site';") }]
    const maps = loadMaps([{ name: 'a.map', text: rules("src -> tgt.a = 'project';") }], [], { files: own })
    expect(maps.run('test', { z: 1 }).target).toEqual({ a: 'site' })
  })
})
