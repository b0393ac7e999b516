import type { Reader } from '../../store/index.ts'
import { type ReadProtocols, readProtocols } from './read.ts'

/** The entry protocols that are kept, in all their versions. */
export async function protocolsIn(store: Reader): Promise<ReadProtocols> {
  const [plans, exams] = await Promise.all([
    store.search('PlanDefinition', '_count=1000'),
    store.search('ActivityDefinition', '_count=1000'),
  ])
  return readProtocols([...plans, ...exams])
}
