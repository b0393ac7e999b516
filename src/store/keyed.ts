import { types } from 'pg'
import type { BusinessKey } from '../fhir/business-key.ts'
import { instantText, parseDate } from '../fhir/dates.ts'
import { clean } from '../fhir/search/forms.ts'
import { type Parameter, parametersOf } from '../fhir/search/parameters.ts'
import type { Database } from './database.ts'
import type { SameTraits, Traits } from './facts.ts'
import type { Stored } from './kept.ts'
import { type StoredRow, storedOf } from './read.ts'
import { foundIn } from './search/found.ts'
import { isHot } from './search/hot.ts'
import { quoted } from './search/schema.ts'
import { termOf } from './search/terms.ts'
import { join, probed, raw, type Sql, sql } from './sql.ts'
import { indexed } from './write/identity.ts'

/** The current version of a resource, and the keys of those who may see it. */
export interface Current extends Stored {
  access: readonly string[]
}

/** Reads by key, for all who ask in this process. */
export interface Keyed {
  /** The current version, deleted ones too. */
  current(type: string, id: string): Promise<Current | undefined>
  /** Those that carry one of the business identifiers; one without a system is of any. */
  carrying(type: string, keys: readonly CarriedKey[]): Promise<Current[]>
  /** Those that name, by a search parameter (`PractitionerRole?practitioner`), what carries one of the business identifiers. */
  naming(query: string, type: string, keys: readonly CarriedKey[]): Promise<Current[]>
  /** Those that refer to something, by a search parameter (`Task?focus`, `Task?focus&status=requested`); newest first. */
  referring(query: string, reference: string): Promise<Current[]>
  /** Patients who are perhaps the same, with those that refer to each. */
  namesakes(of: Traits | SameTraits, query: string): Promise<Namesake[]>
  /** The row of the message by which this one is known at an instant. */
  message(message: NamedMessage): Promise<string | undefined>
}

/** A message as its sender names it, and the instant at which it is asked for. */
export interface NamedMessage {
  peer: string
  id: string
  at: string
}

export type CarriedKey = Omit<BusinessKey, 'system'> & { system: string | undefined }

/** So many statements are under way at once: what is asked meanwhile goes together in the next. */
const mostUnderway = 2
/** However long those under way take, nobody waits longer for them. */
const usualPatienceMs = 3

/**
 * Reads by key: what is asked in one turn of the event loop, by one step or by several callers, is one statement.
 *
 * A read costs a wake-up of the database and one of ours whatever it reads; a step looks at half a dozen resources, and
 * busy callers ask together: while two statements are under way, the next one gathers.
 */
export function keyedReads(db: Database, zone?: string, patienceMs = usualPatienceMs): Keyed {
  let gathering: Batch | undefined
  let underway = 0
  /** Lets the one go that is gathering, if it only waits for those under way. */
  let release = () => {}
  const ask = async (statement: Sql): Promise<KeyedRow[]> => {
    underway++
    try {
      return await db.rows<KeyedRow>(statement)
    } finally {
      underway--
      release()
    }
  }
  /** Goes at the end of this turn, or when fewer are under way. */
  const whenToGo = () =>
    new Promise<void>((go) => {
      setImmediate(() => {
        if (underway < mostUnderway) return go()
        const late = setTimeout(go, patienceMs)
        release = () => {
          clearTimeout(late)
          go()
        }
      })
    })
  const batch = () => {
    gathering ??= new Batch(async (statementOfAll) => {
      await whenToGo()
      gathering = undefined
      release = () => {}
      return ask(statementOfAll())
    })
    return gathering
  }
  return {
    current: async (type, id) => (isName(type) && isId(id) ? batch().current(type, id) : undefined),
    carrying: async (type, keys) => {
      const possible = keys.filter(isPossible)
      return isName(type) && possible.length > 0 ? batch().carrying(type, possible) : []
    },
    naming: async (query, type, keys) => {
      const possible = keys.filter(isPossible)
      return isName(type) && possible.length > 0 ? batch().naming(query, type, possible) : []
    },
    referring: (query, reference) => batch().referring(query, reference),
    namesakes: async (of, query) => {
      const asked = 'patient' in of ? keptIn(of) : bornAs(of, zone)
      return asked ? batch().namesakes({ ...asked, query }) : []
    },
    message: async (message) =>
      [message.peer, message.id].some((text) => text.includes('\0')) ? undefined : batch().message(message),
  }
}

// What cannot be the key of anything is not asked: as a value it might fail, and with it what others ask.
const isName = (type: string) => /^[A-Za-z]{1,64}$/.test(type)
const isId = (id: string) => /^[A-Za-z0-9.-]{1,64}$/.test(id)
const isPossible = ({ system = '', value }: CarriedKey) => !system.includes('\0') && !value.includes('\0')

type OfType = CarriedKey & { type: string }

interface Id {
  type: string
  id: string
}

/** A family name without what is not to be seen of it, and the instant at which the day of birth begins. */
interface Born {
  family: string
  born: string
}

/** The id of a patient whose namesakes are asked for. */
interface KeptPatient {
  id: string
}

/** Who is meant, and the search for those that refer to them. */
type AskedNamesakes = (Born | KeptPatient) & { query: string }

function bornAs({ family, birthDate }: Traits, zone: string | undefined): Born | undefined {
  const born = parseDate(birthDate, zone)
  const isPossible = born?.precision === 'day' && clean(family) !== ''
  return isPossible ? { family: clean(family), born: instantText(born.low) } : undefined
}

function keptIn({ patient }: SameTraits): KeptPatient | undefined {
  const [type, id = ''] = patient.split('/')
  return type === 'Patient' && isId(id) ? { id } : undefined
}

/** A patient of the name and birth date that were asked for. */
export interface Namesake {
  patient: Current
  /** Those that refer to it, newest first. */
  naming: readonly Current[]
}

/** A row, as what it was asked for, and the number of the identifier or message that it was asked by. */
type KeyedRow = StoredRow & { access: string; what: string; n: number }

/** What is asked in one turn. */
class Batch {
  readonly #ids = new Map<string, Id>()
  readonly #keys: OfType[] = []
  readonly #messages: NamedMessage[] = []
  /** What may be named, by the search for those that name it. */
  readonly #named = new Map<string, OfType[]>()
  /** What is referred to, by the search for those that do. */
  readonly #referred = new Map<string, string[]>()
  readonly #namesakes: AskedNamesakes[] = []
  readonly #rows: Promise<KeyedRow[]>

  /** `answered` is handed what makes the statement, for when nothing is added any more. */
  constructor(answered: (statementOfAll: () => Sql) => Promise<KeyedRow[]>) {
    this.#rows = answered(() => statementOf(this.#parts()))
  }

  async current(type: string, id: string): Promise<Current | undefined> {
    this.#ids.set(`${type}/${id}`, { type, id })
    const rows = await this.#rows
    const row = rows.find((one) => one.what === 'id' && one.id === id && one.type === type)
    return row && currentOf(row)
  }

  async carrying(type: string, keys: readonly CarriedKey[]): Promise<Current[]> {
    const asked = pushed(this.#keys, type, keys)
    return distinct((await this.#rows).filter(({ what, n }) => what === 'key' && asked.has(n)))
  }

  async naming(query: string, type: string, keys: readonly CarriedKey[]): Promise<Current[]> {
    const named = this.#named.get(query) ?? []
    this.#named.set(query, named)
    const asked = pushed(named, type, keys)
    return distinct((await this.#rows).filter(({ what, n }) => what === `naming ${query}` && asked.has(n)))
  }

  async referring(query: string, reference: string): Promise<Current[]> {
    const references = this.#referred.get(query) ?? []
    this.#referred.set(query, references)
    const number = references.push(reference)
    const rows = (await this.#rows).filter(({ what, n }) => what === `referring ${query}` && n === number)
    return rows.map(currentOf).sort(newestFirst)
  }

  async namesakes(asked: AskedNamesakes): Promise<Namesake[]> {
    const number = this.#namesakes.push(asked)
    const rows = (await this.#rows).filter(({ n, what }) => n === number && what.startsWith('namesake'))
    return rows
      .filter(({ what }) => what === 'namesake')
      .map((patient) => {
        const naming = rows.filter(({ what }) => what === `namesake ${patient.id}`)
        return { patient: currentOf(patient), naming: naming.map(currentOf).sort(newestFirst) }
      })
  }

  async message(message: NamedMessage): Promise<string | undefined> {
    const number = this.#messages.push(message)
    return (await this.#rows).find(({ what, n }) => what === 'message' && n === number)?.id
  }

  #parts(): Sql[] {
    return [
      ...(this.#ids.size > 0 ? [byIds([...this.#ids.values()])] : []),
      ...(this.#keys.length > 0 ? [byKeys(this.#keys)] : []),
      ...[...this.#named].map(([query, named]) => byNamed(query, named)),
      ...[...this.#referred].map(([query, references]) => byReferred(query, references)),
      ...this.#namesakes.flatMap((asked, n) => namesakesOf(asked, n + 1)),
      ...(this.#messages.length > 0 ? [byNames(this.#messages)] : []),
    ]
  }
}

const newestFirst = (a: Current, b: Current) => (a.id < b.id ? 1 : -1)

/** Adds to what is asked for; the numbers that the rows will have. */
function pushed(all: OfType[], type: string, keys: readonly CarriedKey[]): ReadonlySet<number> {
  return new Set(keys.map((key) => all.push({ ...key, type })))
}

/** One resource may carry several of the identifiers. */
const distinct = (rows: readonly KeyedRow[]): Current[] =>
  [...new Map(rows.map((row) => [row.id, row])).values()].map(currentOf)

const statementOf = (parts: readonly Sql[]): Sql => join(parts, ' union all ')

const columns = raw('r.type, r.id, r.version, r.updated, r.deleted, r.body, r.access::text as access')

function byIds(ids: readonly Id[]): Sql {
  const [first] = ids
  if (first && ids.length === 1)
    return sql`select ${columns}, 'id' as what, 0 as n from resource r where r.type = ${first.type} and r.id = ${first.id}`
  return sql`select ${columns}, 'id' as what, 0 as n
    from unnest(${ids.map(({ type }) => type)}::text[], ${ids.map(({ id }) => id)}::text[]) as w(type, id)
    join resource r on r.type = w.type and r.id = w.id`
}

function byKeys(keys: readonly OfType[]): Sql {
  return sql`select ${columns}, 'key' as what, k.n::integer as n
    from ${carriers(keys)}
    join resource r on r.type = i.type and r.id = i.id`
}

/** Who carries the identifiers: `i`, asked for as `k`. */
function carriers(keys: readonly OfType[]): Sql {
  const types = keys.map(({ type }) => type)
  const values = keys.map(({ value }) => indexed(value))
  const systems = keys.map(({ system }) => (system === undefined ? null : indexed(system)))
  return sql`unnest(${types}::text[], ${values}::text[], ${systems}::text[]) with ordinality as k(type, value, system, n)
    join identity i on i.type = k.type and i.value = k.value and (k.system is null or i.system = k.system)`
}

function byNamed(query: string, keys: readonly OfType[]): Sql {
  const { type, parameter, others } = sourceOf(query)
  const fits = raw(`s.terms @> array['${termOf(parameter, '')}' || i.type || '/' || i.id]`)
  return sql`select ${columns}, ${raw(`'naming ${query}'`)} as what, k.n::integer as n
    from ${carriers(keys)}
    ${foundIn(type, sql`${fits}${beside(others)}`)}`
}

function byReferred(query: string, references: readonly string[]): Sql {
  const { type, parameter, others } = sourceOf(query)
  const fits = isHot(type, parameter)
    ? raw(`s.${quoted(parameter.column)} = k.reference`)
    : raw(`s.terms @> array['${termOf(parameter, '')}' || k.reference]`)
  return sql`select ${columns}, ${raw(`'referring ${query}'`)} as what, k.n::integer as n
    from unnest(${references}::text[]) with ordinality as k(reference, n)
    ${foundIn(type, sql`${fits}${beside(others)}`)}`
}

/** The codes that are to be beside the reference: ours to write out. */
const beside = (others: Source['others']): Sql =>
  raw(others.map(({ column, values }) => ` and s.${quoted(column)} in ('${values.join("', '")}')`).join(''))

/** What is searched, and by which of its references; codes that it is to have beside. */
interface Source {
  type: string
  parameter: Parameter
  others: readonly { column: string; values: readonly string[] }[]
}

function sourceOf(query: string): Source {
  const source = readSource(query)
  if (!source) throw new Error(`${query} is no search by a reference`)
  return source
}

/** Whether this can be asked by `referring`: `Task?focus`, and codes that are ours to write out. */
export const isReferring = (query: string): boolean => readSource(query) !== undefined

function readSource(query: string): Source | undefined {
  const [type = '', asked = ''] = query.split('?')
  const [code = '', ...rest] = asked.split('&')
  const parameters = parametersOf(type)
  const parameter = parameters.get(code)
  if (parameter?.kind !== 'reference' && parameter?.kind !== 'references') return undefined
  const others = rest.flatMap((one) => {
    const [, name = '', values] = /^([a-z-]+)=([a-z-]+(?:,[a-z-]+)*)$/.exec(one) ?? []
    const other = parameters.get(name)
    return other?.kind === 'code' && values !== undefined
      ? [{ column: other.column, values: values.split(',') }]
      : []
  })
  return others.length === rest.length ? { type, parameter, others } : undefined
}

/** Patients who are perhaps the same, `p`, and those that refer to them. */
function namesakesOf(asked: AskedNamesakes, number: number): Sql[] {
  const { type, parameter, others } = sourceOf(asked.query)
  const [alike, n] = ['id' in asked ? alikeTo(asked) : bornWith(asked), raw(String(number))]
  const fits = isHot(type, parameter)
    ? raw(`s.${quoted(parameter.column)} = 'Patient/' || p.id`)
    : raw(`s.terms @> array['${termOf(parameter, 'Patient/')}' || p.id]`)
  return [
    sql`select ${columns}, 'namesake' as what, ${n} as n
      from ${alike} join resource r on r.type = 'Patient' and r.id = p.id`,
    sql`select ${columns}, 'namesake ' || p.id as what, ${n} as n
      from ${alike}
      ${foundIn(type, sql`${fits}${beside(others)}`)}`,
  ]
}

const bornWith = ({ family, born }: Born): Sql => sql`(
    select id from search_patient where birthdate_low = ${born}::timestamptz and ${family} = any(family_exact)
  ) p`

const alikeTo = ({ id }: KeptPatient): Sql => sql`(
    select p.id from search_patient me
    join search_patient p on p.birthdate_low = me.birthdate_low and p.family_exact && me.family_exact and p.id <> me.id
    where me.id = ${id}
  ) p`

function byNames(messages: readonly NamedMessage[]): Sql {
  const [peers, ids] = [messages.map(({ peer }) => peer), messages.map(({ id }) => id)]
  const instants = messages.map(({ at }) => at)
  return sql`select '' as type, m.row::text as id, 0 as version, m.received as updated, false as deleted,
      '' as body, '{}' as access, 'message' as what, k.n::integer as n
    from unnest(${peers}::text[], ${ids}::text[], ${instants}::timestamptz[]) with ordinality as k(peer, id, at, n)
    ${probed(sql`select row, peer, received from message where id = k.id and current and known_until > k.at`)} m
    where m.peer = k.peer`
}

const currentOf = (row: KeyedRow): Current => ({ ...storedOf(row), access: accessIn(row.access) })

/** The driver's list of types has no arrays, though it reads them. */
const textArrayOid = 1009 as typeof types.builtins.TEXT
const textArray: (text: string) => string[] = types.getTypeParser(textArrayOid)

/** Sets of keys are few and their texts many. */
const known = new Map<string, readonly string[]>()
const mostKnown = 1_000

/** The keys in a column `access`, as its text. */
export function accessIn(text: string): readonly string[] {
  const before = known.get(text)
  if (before) return before
  if (known.size >= mostKnown) known.clear()
  const keys = textArray(text)
  known.set(text, keys)
  return keys
}
