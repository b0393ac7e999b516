import type { Appointment, Resource } from '@medplum/fhirtypes'
import { failure } from '../../fhir/outcome.ts'
import type { Changed, Kept, Store } from '../../store/index.ts'

/** How often a waiting booking looks by itself, should the word of a change be lost. */
const lookEveryMs = 2_000

/** What is heard of appointments from now on, so that nothing falls between the asking and the waiting. */
export interface Watch extends Disposable {
  /** The appointment once it is no longer pending, or as it is when the time is over. */
  settled(id: string, waitMs: number): Promise<Kept<Appointment>>
}

/**
 * Listens for changes of appointments: what this gateway writes is heard with its content, what another writes by name,
 * and is then read.
 */
export function watched(store: Pick<Store, 'onChange' | 'read'>): Watch {
  const heard = new Map<string, Kept<Appointment> | 'changed'>()
  let wake = () => {}
  const listening = store.onChange((changed) => {
    for (const [id, appointment] of appointmentsIn(changed)) heard.set(id, appointment)
    wake()
  })
  return {
    async settled(id, waitMs) {
      const until = performance.now() + waitMs
      for (;;) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve
        })
        const known = heard.get(id)
        heard.delete(id)
        if (known && known !== 'changed' && known.status !== 'pending') return known
        const leftMs = until - performance.now()
        if (leftMs <= 0 || known === 'changed') {
          const appointment = await readAppointment(id, store)
          if (leftMs <= 0 || appointment.status !== 'pending') return appointment
        }
        await within(Math.min(leftMs, lookEveryMs), woken, () => heard.set(id, 'changed'))
      }
    },
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  }
}

const prefix = 'Appointment/'

function appointmentsIn({ written, references }: Changed): [string, Kept<Appointment> | 'changed'][] {
  if (written) return written.filter(isAppointment).map((one) => [one.id, one])
  return references
    .filter((reference) => reference.startsWith(prefix))
    .map((reference) => [reference.slice(prefix.length), 'changed'])
}

const isAppointment = (resource: Resource): resource is Kept<Appointment> =>
  resource.resourceType === 'Appointment'

/** Waits until it is woken; when nothing was heard for so long, `late` is called. */
async function within(ms: number, woken: Promise<void>, late: () => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(() => {
    late()
    resolve()
  }, ms)
  await Promise.race([woken, promise])
  clearTimeout(timer)
}

/** An appointment as it is now. Fails: not-found. */
export async function readAppointment(id: string, store: Pick<Store, 'read'>): Promise<Kept<Appointment>> {
  const stored = await store.read('Appointment', id, 'all')
  if (!stored || stored.deleted) throw failure('not-found', 'There is no such Appointment.', 'Appointment')
  return JSON.parse(stored.body) // what the store keeps under this type is one
}
