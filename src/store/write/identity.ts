import { createHash } from 'node:crypto'
import { businessKeys } from '../../fhir/business-key.ts'
import { Duplicate } from '../duplicate.ts'
import type { Kept } from '../kept.ts'
import { type Sql, sql } from '../sql.ts'
import { table } from './rows.ts'

/** A business identifier as it stands in the table `identity`. */
export interface Identity {
  type: string
  id: string
  system: string
  value: string
}

/** The business identifiers of what is written. Fails: duplicate when two of the resources carry the same. */
export function identitiesOf(resources: readonly Kept[]): Identity[] {
  const seen = new Map<string, Identity>()
  for (const resource of resources) {
    for (const { system, value } of businessKeys(resource)) {
      const identity = {
        type: resource.resourceType,
        id: resource.id,
        system: indexed(system),
        value: indexed(value),
      }
      const key = JSON.stringify([identity.type, identity.system, identity.value])
      const other = seen.get(key)
      if (other && other.id !== identity.id) throw new Duplicate(`${other.type}/${other.id}`)
      seen.set(key, identity)
    }
  }
  return [...seen.values()]
}

/** A text that fits into an index entry; a longer one stands there by its digest. */
export function indexed(text: string): string {
  return text.length > 400 ? `sha256:${createHash('sha256').update(text).digest('hex')}` : text
}

/** Whose identifiers these are already: told without an error, in the same round trip. */
export function claimed(identities: readonly Identity[]): Sql {
  const rows = table('claim', identities, {
    type: ['text', ({ type }) => type],
    id: ['text', ({ id }) => id],
    system: ['text', ({ system }) => system],
    value: ['text', ({ value }) => value],
  })
  return sql`${rows}, clash as materialized (
    select i.type, i.id
    from claim k join identity i on i.type = k.type and i.value = k.value and i.system = k.system
    where i.id <> k.id and not exists (select from change c where c.type = i.type and c.id = i.id)
    limit 1
  )`
}

/** Identifiers that a resource no longer carries are free again; all of them when it is deleted. */
export function forgotten(identities: readonly Identity[]): Sql {
  const kept =
    identities.length > 0
      ? sql`and not exists (
        select from claim k where k.type = i.type and k.id = i.id and k.system = i.system and k.value = i.value
      )`
      : sql``
  return sql`forgotten as (
    delete from identity i using change c
    where i.type = c.type and i.id = c.id and c.replaces > 0 and (select ok from guard) ${kept}
    returning 1
  )`
}

/** After those that are freed here, so that an identifier may pass from one resource to another. */
export function identified(afterForgotten: boolean): Sql {
  const after = afterForgotten ? sql`and (select count(*) from forgotten) >= 0` : sql``
  return sql`identified as (
    insert into identity (type, id, system, value)
    select k.type, k.id, k.system, k.value from claim k
    where (select ok from guard) ${after} and not exists (
      select from identity i
      where i.type = k.type and i.value = k.value and i.system = k.system and i.id = k.id
    )
  )`
}
