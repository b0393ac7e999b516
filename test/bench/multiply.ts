import { Client } from 'pg'
import { openStore } from '../../src/store/index.ts'
import { type Dataset, exam, schedule, slotMinutes, slotsPerCentre, writeAll } from './dataset.ts'
import { centreCount } from './territory.ts'

/** How many exams the centres then have diaries for; the loaded one is one of them. */
const exams = 10

/**
 * Makes so many slots of those that were loaded: the same centres have diaries for ten exams, each over more days. The
 * copies are made by one statement a table, from the rows that the store itself has written, with all that is found by
 * them.
 *
 * Comes back with how many there are: the next multiple of 200,000.
 */
export async function multiply(
  databaseUrl: string,
  { schedules }: Pick<Dataset, 'schedules'>,
  wanted: number,
): Promise<number> {
  const atOnce = centreCount * slotsPerCentre * exams
  const periods = Math.ceil(wanted / atOnce)
  const diaries = await newDiaries(databaseUrl, schedules)
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query("set maintenance_work_mem = '512MB'; set synchronous_commit = off")
    await client.query('create unlogged table bench_diary (of text, exam text, id text)')
    await client.query(
      'insert into bench_diary select of, exam, id from json_to_recordset($1) as d (of text, exam text, id text)',
      [JSON.stringify(diaries)],
    )
    await client.query(copies, [periods, slotMinutes * slotsPerCentre, exam.code])
    await withoutIndexes(['resource', 'search_slot', 'identity'], client, async () => {
      for (const [table, values] of Object.entries(copied))
        await client.query(await copying(table, values, client))
    })
    await client.query('drop table bench_copy, bench_diary')
    await client.query('vacuum analyze')
    await client.query('checkpoint')
  } finally {
    await client.end()
  }
  return periods * atOnce
}

/** A diary, and the one that it has its slots of. */
interface Diary {
  of: string
  exam: string
  id: string
}

async function newDiaries(databaseUrl: string, schedules: readonly string[]): Promise<Diary[]> {
  const codes = Array.from({ length: exams - 1 }, (_, n) => `${n + 1}-bench`)
  const made = schedules.flatMap((of, centre) =>
    codes.map((code) => ({ of, exam: code, resource: schedule(centre, code) })),
  )
  await using store = await openStore({ dataDir: '', databaseUrl })
  await writeAll(
    store,
    made.map(({ resource }) => resource),
    ['public'],
    new Date().toISOString(),
  )
  const same = schedules.map((id) => ({ of: id, exam: exam.code, id }))
  return [...same, ...made.map(({ of, exam, resource }) => ({ of, exam, id: resource.id }))]
}

/** As the store makes ids: they begin with a time, so that what is made together stands together. Source: RFC 9562, 5.7. */
const idInOrder = `regexp_replace(
    lpad(to_hex(
      (extract(epoch from now()) * 1000)::bigint + row_number() over (order by period, d.id, s.start)
    ), 12, '0') || substr(gen_random_uuid()::text, 16),
    '^(.{8})(.{4})', '\\1-\\2-7')`

/** What is other in each copy than in the slot that it is made of. `$1` periods, `$2` minutes of one, `$3` the exam. */
const copies = `
  create unlogged table bench_copy as
  select s.id as of, ${idInOrder} as id, d.of as of_diary, d.id as diary, $3 as of_exam, d.exam,
    r.body::json ->> 'start' as of_start, r.body::json ->> 'end' as of_end,
    to_char((s.start + period * later) at time zone 'utc', form) as start,
    to_char(((r.body::json ->> 'end')::timestamptz + period * later) at time zone 'utc', form) as end,
    s.start + period * later as starts,
    'c' || period || '-' || d.exam || '-' as mark
  from search_slot s
  join resource r on r.type = 'Slot' and r.id = s.id
  join bench_diary d on 'Schedule/' || d.of = s.schedule
  cross join generate_series(0, $1::integer - 1) period
  cross join (select make_interval(mins => $2) as later, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"' as form) constant
  where period > 0 or d.exam <> $3`

/** A text of a slot, as it is in its copy. */
const asCopied = (text: string) =>
  [
    ['c.of', 'c.id'],
    ['c.of_diary', 'c.diary'],
    ['c.of_exam', 'c.exam'],
    ['c.of_start', 'c.start'],
    ['c.of_end', 'c.end'],
    ['\'"value":"\'', '\'"value":"\' || c.mark'],
    [`'"status":"busy"'`, `'"status":"free"'`],
  ].reduce((made, [from, to]) => `replace(${made}, ${from}, ${to})`, text)

/** By table: the values of a copy that are not those of the row it is made of, and which row that is. */
const copied: Readonly<Record<string, { values: Readonly<Record<string, string>>; of: string }>> = {
  resource: {
    of: "of.type = 'Slot' and of.id = c.of",
    values: { id: 'c.id', body: asCopied('of.body'), seq: "nextval('change_seq')" },
  },
  search_slot: {
    of: 'of.id = c.of',
    values: {
      id: 'c.id',
      start: 'c.starts',
      status: "'free'",
      schedule: "'Schedule/' || c.diary",
      terms: `(select array_agg(case when t like 'identifier=%'
        then replace(replace(t, '|', '|' || c.mark), c.of_start, c.start)
        when t = 'status=busy' then 'status=free' else ${asCopied('t')} end) from unnest(of.terms) t)`,
    },
  },
  identity: {
    of: "of.type = 'Slot' and of.id = c.of",
    values: { id: 'c.id', value: 'c.mark || replace(of.value, c.of_start, c.start)' },
  },
}

async function copying(
  table: string,
  { values, of }: (typeof copied)[string] & object,
  client: Client,
): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select quote_ident(column_name) as name from information_schema.columns
     where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'`,
    [table],
  )
  const names = rows.map(({ name }) => name)
  const cells = names.map((name) => values[name.replaceAll('"', '')] ?? `of.${name}`)
  return `insert into ${table} (${names.join(', ')}) select ${cells.join(', ')} from bench_copy c join ${table} of on ${of}`
}

/** Takes away the indexes that no constraint needs, and makes them again afterwards: that is quicker than to keep them. */
async function withoutIndexes(
  tables: readonly string[],
  client: Client,
  work: () => Promise<void>,
): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i where i.indrelid = any ($1::regclass[]) and not i.indisprimary and not i.indisunique`,
    [tables],
  )
  for (const { name } of rows) await client.query(`drop index ${name}`)
  await work()
  for (const { definition } of rows) await client.query(definition)
}
