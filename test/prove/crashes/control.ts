import { join } from 'node:path'
import { Client } from 'pg'

/** The store that only the gateway's own process talks to, on its socket. */
async function onStore<T>(dataDir: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    host: join(dataDir, 'socket'),
    port: 5432,
    user: 'postgres',
    database: 'postgres',
  })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/**
 * Breaks the store, so that what is counted must show: places are not kept as taken, and slots stay free whatever is
 * written of them.
 */
export const forgetPlaces = (dataDir: string): Promise<unknown> =>
  onStore(dataDir, (client) =>
    client.query(`
      alter table occupancy drop constraint occupancy_pkey;
      alter table engagement drop constraint engagement_overlap;
      create function nothing() returns trigger language plpgsql as 'begin return null; end';
      create trigger forget before insert on occupancy for each row execute function nothing();
      create trigger forget before insert on engagement for each row execute function nothing();
      create function still_free() returns trigger language plpgsql as $$
      begin
        new.body := regexp_replace(new.body, '"status":"busy(-tentative)?"', '"status":"free"');
        return new;
      end $$;
      create trigger still_free before insert or update on resource for each row
        when (new.type = 'Slot') execute function still_free();
      create function found_free() returns trigger language plpgsql as $$
      begin
        if new.status like 'busy%' then new.status := 'free'; end if;
        return new;
      end $$;
      create trigger found_free before insert or update on search_slot for each row execute function found_free();
    `),
  )

/** Takes one acknowledged referral out of the store, as a lost write would. */
export const loseReferral = (dataDir: string): Promise<unknown> =>
  onStore(dataDir, (client) =>
    client.query(`
      delete from resource where (type, id) in (
        select type, id from resource where type = 'ServiceRequest' order by id limit 1)`),
  )
