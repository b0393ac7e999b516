import { createHash, randomUUID } from 'node:crypto'
import type { Appointment } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import type { ArrivalRow, Kept } from '../../store/index.ts'
import type { Arriving } from '../perform.ts'
import type { Desk } from '../step.ts'
import type { Key } from './index.ts'
import { readAppointment } from './watched.ts'

/** For how long a key is remembered. */
const knownHours = 24

/**
 * Does something once for a key of the caller's: the key is kept in the statement that does it, as the id of a message
 * is. The same key again gets the same appointment, on whichever gateway. What was refused has done nothing, and is
 * asked anew.
 *
 * Fails: duplicate when the key stands for something else.
 */
export async function keyed(
  key: Key,
  kind: 'Appointment/$book' | 'Appointment/$hold',
  desk: Desk,
  act: (arriving: Arriving) => Promise<Kept<Appointment>>,
): Promise<Kept<Appointment>> {
  const row = rowOf(key, kind, desk)
  const before = await knownAppointment(row, desk)
  if (before) return before
  const arriving: Arriving = {
    refuseKnown: async () => {
      if (await desk.store.messages.known(row.peer, key.value, row.receivedAt)) throw new Known()
    },
    row: ({ written }) => {
      const id = written.find(({ resourceType }) => resourceType === 'Appointment')?.id
      return id === undefined ? undefined : { ...row, answer: Buffer.from(id) } // it had been done without a key
    },
  }
  try {
    return await act(arriving)
  } catch (thrown) {
    const meanwhile = thrown instanceof Known ? await knownAppointment(row, desk) : undefined
    if (meanwhile) return meanwhile
    throw thrown
  }
}

/** Thrown when another call with the same key was quicker. */
class Known extends Error {}

async function knownAppointment(row: ArrivalRow, { store }: Desk): Promise<Kept<Appointment> | undefined> {
  const known = await store.messages.known(row.peer, row.id ?? '', row.receivedAt)
  if (!known) return undefined
  if (known.digest === row.digest && known.answer) return readAppointment(known.answer.toString(), store)
  throw failure(
    'duplicate',
    'This Idempotency-Key has come before, with other content. Give each call a key of its own.',
    'Idempotency-Key',
  )
}

function rowOf({ value, content }: Key, kind: string, { clock, actor }: Desk): ArrivalRow {
  const now = clock()
  const raw = Buffer.from(content)
  return {
    row: randomUUID(),
    peer: `client:${actor.client}`,
    id: value,
    kind,
    receivedAt: now.toISOString(),
    by: 'fhir',
    raw,
    status: 'transformed',
    digest: createHash('sha256').update(raw).digest('hex'),
    knownUntil: new Date(now.getTime() + knownHours * 3_600_000).toISOString(),
  }
}
