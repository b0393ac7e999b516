import { join } from 'node:path'
import { Client } from 'pg'

/** Connection string of the store that a gateway runs in its data folder. */
export const storeIn = (dataDir: string): string =>
  `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(join(dataDir, 'socket'))}`

/** Does something with a connection of its own. */
export async function onStore<T>(connectionString: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString })
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
export const forgetPlaces = (store: string): Promise<unknown> =>
  onStore(store, (client) =>
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
export const loseReferral = (store: string): Promise<unknown> =>
  onStore(store, (client) =>
    client.query(`
      delete from resource where (type, id) in (
        select type, id from resource where type = 'ServiceRequest' order by id limit 1)`),
  )
