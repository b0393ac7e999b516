import type { Extension, Task } from '@medplum/fhirtypes'
import { extensions } from './canonical.ts'

/** One of the two clocks of a request, as its Task keeps it. Instants. */
export interface KeptClock {
  /** What its hours mean. */
  mode: 'strict' | 'next-open-day' | 'opening-hours' | 'working-day-end'
  hours: number
  startedAt: string
  dueAt: string
  /** When plain hours are over. */
  strictDueAt: string
  warnAt: string
  /** First answer to the prescriber; the exam's clock is stopped by its appointment. */
  stoppedAt: string | undefined
  /** DICOM codes of what the exam's clock waits for. */
  modalities: readonly string[]
}

/** The clocks that a Task keeps: `answer`, `exam`. Source: profiles, extension `clock`. */
export function keptClocks({ extension = [] }: Task): Partial<Record<'answer' | 'exam', KeptClock>> {
  return Object.fromEntries(extension.filter(({ url }) => url === extensions.clock).map(clockIn))
}

function clockIn({ extension = [] }: Extension): [string, KeptClock] {
  const part = (name: string) => extension.find(({ url }) => url === name)
  const instant = (name: string) => part(name)?.valueInstant
  return [
    part('name')?.valueCode ?? '',
    {
      // The profile requires what is not `stop`, and binds the mode to these codes.
      mode: (part('mode')?.valueCode ?? 'strict') as KeptClock['mode'],
      hours: part('hours')?.valueDecimal ?? 0,
      startedAt: instant('start') ?? '',
      dueAt: instant('due') ?? '',
      strictDueAt: instant('strict-due') ?? '',
      warnAt: instant('warn') ?? '',
      stoppedAt: instant('stop'),
      modalities: extension.flatMap(({ url, valueCode }) =>
        url === 'modality' && valueCode ? [valueCode] : [],
      ),
    },
  ]
}
