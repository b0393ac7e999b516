import type { Task } from '@medplum/fhirtypes'
import type { Kept } from '../../store/index.ts'
import type { Step } from '../step.ts'
import { businessStatus, isOpen } from '../task.ts'

/** A Task for whose request no place can be looked for, as it was when that was tried. */
export interface Unproposed {
  task: string
  version: string
}

/** No place can be looked for as the request stands: its Task says that a person has to look, and is not tried again. */
export const unproposed: Step<Unproposed, Kept<Task> | undefined> = {
  name: 'request.not-proposed',

  facts: ({ task }, store) => store.read('Task', task),

  decide({ version }, task, at) {
    if (!task || !isOpen(task) || task.meta.versionId !== version) return {}
    const stage = businessStatus('additional-assessment-required')
    return { write: [{ ...task, businessStatus: stage, lastModified: at.now }] }
  },
}
