import type { Task } from '@medplum/fhirtypes'
import { systems } from '../../fhir/canonical.ts'
import { dayIn } from '../../fhir/zone.ts'
import { oneByOne } from '../../jobs/one-by-one.ts'
import type { Log } from '../../log.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { clocksIn } from '../clocks/kept.ts'
import { perform } from '../perform.ts'
import { isOpenOn } from '../slots/conventions.ts'
import { type DiaryBook, readDiaries } from '../slots/diaries.ts'
import type { Desk } from '../step.ts'
import { isCapacityCall, isOfRequest } from '../task.ts'
import { called, modalityOf } from './called.ts'
import { noCapacityRules } from './capacity-rules.ts'

/** How many requests are counted at most: what is short by more is as short. */
const most = 1000

/** Calls centres for places of the modalities that are short, and ends the calls for those that are no more. */
export async function callForCapacity(desk: Desk, log: Log, signal: AbortSignal): Promise<void> {
  const { shortFrom } = desk.territory.capacity ?? noCapacityRules
  const waiting = await waitingByModality(desk.store.reader())
  const book = await (desk.diaries ?? readDiaries(desk)).now()
  const modalities = [...waiting].map(([id, count]) => ({ id, count }))
  const callFor = async ({ id: modality, count }: { id: string; count: number }) => {
    const centres = centresWith(modality, book, desk)
    const { written } = await perform(called, { modality, waiting: count, centres }, desk)
    if (written.length > 0 && count >= shortFrom)
      log.event('capacity.called', { modality, waiting: count, calls: written.length })
  }
  await oneByOne(modalities, callFor, { log, event: 'capacity.not-called', field: 'modality', signal })
}

/** Requests without a place, by the modality that their Task's exam is of; modalities that centres are still called for, too. */
async function waitingByModality(store: Reader): Promise<ReadonlyMap<string, number>> {
  const [tasks, calls] = await Promise.all([
    store.search('Task', `business-status=no-capacity,waitlist&status=${open}&_count=${most}`),
    store.search('Task', `code=capacity-call&status=${open}&_count=${most}`),
  ])
  const counts = new Map(calls.filter(isCapacityCall).flatMap((call) => pairOf(modalityOf(call))))
  for (const modality of tasks.filter(isOfRequest).flatMap(modalitiesIn))
    counts.set(modality, (counts.get(modality) ?? 0) + 1)
  return counts
}

const open = 'requested,received,accepted,in-progress,on-hold'

const pairOf = (modality: string | undefined): [string, number][] =>
  modality === undefined ? [] : [[modality, 0]]

/** DICOM codes. */
export const modalitiesIn = (task: Task | Kept<Task>): readonly string[] =>
  clocksIn(task).exam?.modalities ?? []

/** Centres whose diaries are for a modality, or do not say what they are for. */
function centresWith(modality: string, { diaries }: DiaryBook, { territory, clock }: Desk): string[] {
  const today = dayIn(territory.zone, clock().getTime())
  const isOf = (token: string) =>
    token === `${systems.dicom}|${modality}` || territory.modalities.get(token) === modality
  const fits = diaries
    .filter(({ conventions }) => isOpenOn(today, conventions))
    .filter(({ exams }) => exams.size === 0 || [...exams.keys()].some(isOf))
  return [...new Set(fits.map(({ centre }) => centre))]
}
