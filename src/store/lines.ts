import type { Database } from './database.ts'
import { raw, sql } from './sql.ts'

/** `paused` by a person, `stopped` by what the partner answered; `draining`: what was there then still leaves. */
export type LineState = 'open' | 'paused' | 'draining' | 'stopped'

/** A line by which not everything leaves. */
export interface HeldLine {
  peer: string
  state: Exclude<LineState, 'open'>
  /** Code and place, never a patient. */
  reason?: string
  /** Who held it: a person, a client, or the gateway. */
  by: string
  /** Instant: since when not everything leaves, or since it was asked to drain. */
  since: string
}

/** What gateways on one store agree on about lines to partners: which are held, and who sends by which. */
export interface Lines {
  /** Those that are not open. */
  held(): Promise<HeldLine[]>
  /** Holds a line; a later word takes the place of an earlier one, but what stops a line leaves a person's pause. */
  hold(line: HeldLine): Promise<void>
  /** Opens a line; what was put off is due. True when it was not open. */
  open(peer: string, at: string): Promise<boolean>
  /** Lines that have drained are paused from now on. Comes back with their names. */
  drained(): Promise<string[]>
  /** Shares lines out among the gateways that ask: of those that are named, each has one holder at a time. */
  share(asked: Share): Promise<Shares>
  /** Gives all of a holder's lines back. */
  giveBack(holder: string): Promise<void>
}

export interface Share {
  names: readonly string[]
  /** Those by which the holder has something under way. */
  busy: readonly string[]
  holder: string
  /** Instants. */
  at: string
  until: string
}

/** Lines that are a gateway's until then. */
export interface Shares {
  own: string[]
  /** More than its part: it begins nothing more there, and loses them when nothing is under way. */
  ending: string[]
}

const gatewayPrefix = 'gateway.'
const linePrefix = 'line.'

export function linesIn(db: Database): Lines {
  return {
    async held() {
      const rows = await db.rows<HeldColumns>(sql`
        select peer, state, reason, by, since from line where peer is not null order by peer`)
      return rows.map(({ reason, ...line }) => ({ ...line, ...(reason !== null && { reason }) }))
    },
    async hold({ peer, state, reason, by, since }) {
      // What drains leaves again: what it has waited until now is noted, as when the line is opened.
      await db.change(sql`
        with before as (
          select * from line where peer = ${peer} and ${state} = 'draining' and state <> 'draining'
        ), waited as (
          update departure d set held_ms = ${heldMs('before', since)} from before
          where d.status = 'queued' and d.peer = before.peer returning 1
        )
        insert into line as l (peer, state, drain_to, reason, by, since)
        values (${peer}, ${state}, (select max(seq) from departure where status = 'queued' and peer = ${peer}),
          ${reason ?? null}, ${by}, ${since}::timestamptz)
        on conflict (peer) do update set state = excluded.state, drain_to = excluded.drain_to, reason = excluded.reason,
          by = excluded.by, since = case when excluded.state = 'draining' then excluded.since else l.since end
        where excluded.state <> 'stopped' or l.state <> 'paused'`)
    },
    async open(peer, at) {
      const [row] = await db.change<{ opened: number }>(sql`
        with opened as (delete from line where peer = ${peer} returning *), due as (
          update departure d set
            not_before = case when d.tried is null then d.not_before else least(d.not_before, ${at}::timestamptz) end,
            held_ms = case when o.state = 'draining' and d.seq <= o.drain_to then d.held_ms else ${heldMs('o', at)} end
          from (select ${peer}::text as peer) asked left join opened o on true
          where d.status = 'queued' and d.peer = asked.peer
            and (o.peer is not null or d.tried is not null and d.not_before > ${at}::timestamptz)
          returning 1
        )
        select (select count(*) from opened) as opened, (select count(*) from due) as due`)
      return (row?.opened ?? 0) > 0
    },
    async drained() {
      const rows = await db.change<{ peer: string }>(sql`
        update line l set state = 'paused' where state = 'draining' and not exists (
          select from departure d where d.status = 'queued' and d.peer = l.peer and d.seq <= l.drain_to
        ) returning peer`)
      return rows.map(({ peer }) => peer)
    },
    async share({ names, busy, holder, at, until }) {
      const seen = await present(db, names, holder, at, until)
      const { own, ending } = sharedOut(names, busy, holder, seen)
      const kept = [...own, ...ending]
      const owned = await db.change<{ name: string }>(sql`
        with mine as (
          insert into lease as l (name, holder, until)
          select name, ${holder}, ${until}::timestamptz from unnest(${kept.map(leaseOf)}::text[]) as name order by name
          on conflict (name) do update set holder = excluded.holder, until = excluded.until
          where l.holder = excluded.holder or l.until <= ${at}::timestamptz
          returning name
        ), left_over as (
          delete from lease where holder = ${holder}
            and name = any(${names.filter((name) => !kept.includes(name)).map(leaseOf)}::text[]) returning 1
        )
        select name from mine where (select count(*) from left_over) >= 0`)
      const held = new Set(owned.map(({ name }) => name.slice(linePrefix.length)))
      return { own: own.filter((name) => held.has(name)), ending: ending.filter((name) => held.has(name)) }
    },
    async giveBack(holder) {
      await db.change(sql`
        delete from lease where holder = ${holder} and (name like 'line.%' or name = ${gatewayPrefix + holder})`)
    },
  }
}

/** How long a departure `d` has waited in all for this line, which is held since then. Milliseconds. */
const heldMs = (line: string, at: string) => sql`
  d.held_ms + coalesce(extract(epoch from
    greatest(${at}::timestamptz - greatest(d.queued, ${raw(line)}.since), interval '0')) * 1000, 0)::bigint`

interface HeldColumns {
  peer: string
  state: HeldLine['state']
  reason: string | null
  by: string
  since: string
}

const leaseOf = (name: string) => linePrefix + name

interface Seen {
  /** How many gateways are there, this one too. */
  gateways: number
  /** By line: who has it now. */
  holders: ReadonlyMap<string, string>
}

/** Says that this gateway is there, and looks who else is. */
async function present(
  db: Database,
  names: readonly string[],
  holder: string,
  at: string,
  until: string,
): Promise<Seen> {
  const rows = await db.change<{ name: string; holder: string }>(sql`
    with here as (
      insert into lease (name, holder, until) values (${gatewayPrefix + holder}, ${holder}, ${until}::timestamptz)
      on conflict (name) do update set until = excluded.until returning name, holder
    ), gone as (
      delete from lease where name like 'gateway.%' and until <= ${at}::timestamptz and holder <> ${holder} returning 1
    )
    select name, holder from here where (select count(*) from gone) >= 0
    union all
    select name, holder from lease
    where (name like 'gateway.%' and holder <> ${holder} or name = any(${names.map(leaseOf)}::text[]))
      and until > ${at}::timestamptz`)
  return {
    gateways: rows.filter(({ name }) => name.startsWith(gatewayPrefix)).length,
    holders: new Map(
      rows
        .filter(({ name }) => name.startsWith(linePrefix))
        .map(({ name, holder }) => [name.slice(linePrefix.length), holder]),
    ),
  }
}

/** As many lines as are this gateway's part: first those that it has, then those that nobody has. */
function sharedOut(
  names: readonly string[],
  busy: readonly string[],
  holder: string,
  { gateways, holders }: Seen,
): Shares {
  const part = Math.ceil(names.length / gateways)
  const had = names.filter((name) => holders.get(name) === holder)
  const free = names.filter((name) => !holders.has(name))
  return {
    own: [...had, ...free].slice(0, part),
    ending: had.slice(part).filter((name) => busy.includes(name)),
  }
}
