import { onStore } from '../control.ts'
import type { Seen } from './check.ts'
import { markIn } from './partners.ts'

type Kept = Pick<Seen, 'arrivals' | 'comments' | 'departures'>

/** How many messages are still to leave. */
export const waiting = (store: string): Promise<number> =>
  onStore(store, async (client) => {
    const { rows } = await client.query<{ n: string }>(
      `select count(*) as n from departure where status = 'queued' or holder is not null`,
    )
    return Number(rows[0]?.n)
  })

/** What the gateways keep of it all. */
export const keptIn = (store: string): Promise<Kept> =>
  onStore(store, async (client) => {
    const arrivals = await client.query<{ id: string; status: string }>(
      `select id, status from message where id ~ '^[OC]'`,
    )
    const comments = await client.query<{ mark: string }>(
      `select substring(body from 'D[0-9]+-[0-9]+#[0-9]+') as mark from resource where type = 'Communication' and not deleted`,
    )
    const departures = await client.query<{
      row: string
      peer: string
      status: string
      holder: string | null
      raw: Buffer | null
    }>(`select row, peer, status, holder, raw from departure where kind = 'communication.sent'`)
    const trails = await client.query<{ row: string }>(`
      select substring(body from 'message ([0-9a-f-]{36})') as row from resource
      where type = 'AuditEvent' and body like '%"departure.replayed"%'`)
    const replayed = new Set(trails.rows.map(({ row }) => row))
    return {
      arrivals: arrivals.rows,
      comments: comments.rows.map(({ mark }) => mark),
      departures: departures.rows.map(({ row, peer, status, holder, raw }) => ({
        mark: markIn(raw?.toString('utf8') ?? '') ?? '',
        peer,
        status,
        isHeld: holder !== null,
        replayed: replayed.has(row),
      })),
    }
  })

/** A positive control: a message that comes again is another message. */
export const forgetMessages = (store: string): Promise<unknown> =>
  onStore(store, (client) =>
    client.query(`
      drop index message_current;
      create function unknown() returns trigger language plpgsql as $$
      begin
        new.current := false;
        return new;
      end $$;
      create trigger unknown before insert or update on message for each row execute function unknown();
    `),
  )
