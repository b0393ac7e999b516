import type { Incoming, LinkDesk, Look, Received } from '../../src/connectors/connector.ts'
import { allOk } from '../../src/fhir/outcome.ts'
import type { DepartureRow } from '../../src/store/index.ts'

/** What a line is handed in a test: it keeps what is handed in and what is remembered, and runs tasks when it is told. */
export interface TestDesk extends LinkDesk {
  readonly received: Incoming[]
  readonly memory: Map<string, string>
  /** How its looks at the partner's diary went. */
  readonly looks: readonly Look[]
  /** Runs each task of the line once, whatever the others do. Fails as the first that failed did. */
  round(): Promise<void>
}

export function openDesk(own: Partial<LinkDesk> = {}): TestDesk {
  const received: Incoming[] = []
  const looks: Look[] = []
  const memory = new Map<string, string>()
  const tasks: ((signal: AbortSignal) => Promise<void>)[] = []
  return {
    name: 'partner',
    organization: 'Organization/centre',
    receive: async (incoming): Promise<Received> => {
      received.push(incoming)
      return { outcome: allOk('Stored.') }
    },
    clock: () => new Date('2026-03-02T08:00:00Z'),
    transform: (_, input) => input,
    recall: async (key) => memory.get(key),
    remember: async (key, value) => void memory.set(key, value),
    noteDiary: async (look) => void looks.push(look),
    outboundLoopback: true,
    maySpeak: async () => true,
    every: (_, __, task, when = async () => true) =>
      void tasks.push(async (signal) => {
        if (await when()) await task(signal)
      }),
    ...own,
    received,
    memory,
    looks,
    round: async () => {
      const ends = await Promise.allSettled(tasks.map((task) => task(new AbortController().signal)))
      for (const end of ends) if (end.status === 'rejected') throw end.reason
    },
  }
}

/** Something that is to leave. */
export const departure = (kind: string): DepartureRow => ({
  row: '5e0fbd3e-5d4c-4a3e-8fb5-0000000000c1',
  peer: 'partner',
  kind,
  about: [],
  attempts: 0,
  queuedAt: '2026-03-02T08:00:00Z',
  status: 'queued',
  lane: 'partner',
})
