import { randomBytes } from 'node:crypto'
import type { Resource } from '@medplum/fhirtypes'
import { mayInteract } from '../auth/gate.ts'
import { uuidv7 } from '../fhir/id.ts'
import type { Asked } from '../flows/resource/change.ts'
import { type Transacted, transact } from '../flows/resource/transact.ts'
import type { Kept } from '../store/index.ts'
import type { Visit } from './view.ts'

const letters = { create: 'c', update: 'u', delete: 'd' } as const

/** Carries out changes on behalf of whoever looks, as the API does. Fails: as `transact`; forbidden. */
export async function change(asked: readonly Asked[], visit: Visit): Promise<Transacted> {
  const { person, desk } = visit
  for (const { type, verb } of asked) mayInteract(person.permit, type, letters[verb])
  const newId = () => uuidv7(desk.clock().getTime(), randomBytes(10))
  return transact(asked, newId, desk, ({ type, asked: verb }) =>
    mayInteract(person.permit, type, letters[verb]),
  )
}

/** A resource as it is to be, in place of the version that was seen. */
export const updateOf = (before: Kept, resource: Resource) =>
  ({
    verb: 'update',
    type: before.resourceType,
    resource,
    target: { id: before.id },
    ifMatch: before.meta.versionId,
  }) as const
