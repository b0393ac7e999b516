import type { Appointment } from '@medplum/fhirtypes'
import { proposalAgain } from '../../flows/booking/index.ts'
import { answer, answerKept, headersOf } from '../answer.ts'
import { type Call, idOf, typeOf } from '../call.ts'
import { readConformance } from '../conformance.ts'
import { current } from '../kept.ts'
import { expectOnly } from '../parameters.ts'
import type { Interaction } from './interaction.ts'

/** The current version, as it is kept: its text is not read on its way out. */
export const read: Interaction = {
  codes: ['read'],
  method: 'GET',
  path: '/:type/:id',
  letter: 'r',
  conformance: readConformance,
  async handle(call) {
    expectOnly(call.query, [])
    const proposal = await proposalOf(call)
    if (proposal) return answer(proposal)
    const kept = await current(call, typeOf(call), idOf(call))
    const { lastUpdated } = kept
    return isKnownTo(call, kept)
      ? { status: 304, headers: headersOf(kept), lastUpdated }
      : answerKept(kept, 'read')
  },
}

/** What `$find` has proposed is not kept: it is computed again from its id. */
async function proposalOf(call: Call): Promise<Appointment | undefined> {
  if (typeOf(call) !== 'Appointment') return undefined
  return proposalAgain(idOf(call), call.house.desk(call.permit.actor))
}

/** Whether the caller has this version already. Source: FHIR R4, http, conditional read; RFC 9110, 13. */
function isKnownTo(
  { header }: Call,
  { version, lastUpdated }: { version: number; lastUpdated: string },
): boolean {
  const none = header('if-none-match')
  if (none !== undefined)
    return none.split(',').some((tag) => tag.trim() === '*' || numberIn(tag) === version)
  const since = header('if-modified-since')
  return since !== undefined && Math.floor(Date.parse(lastUpdated) / 1000) * 1000 <= Date.parse(since)
}

const numberIn = (tag: string): number => Number(/^\s*(?:W\/)?"(\d+)"\s*$/.exec(tag)?.[1])
