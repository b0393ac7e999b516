import { failure } from '../../fhir/outcome.ts'
import type { Base } from '../base.ts'
import { capabilityStatement } from '../capabilities.ts'
import type { House } from '../house.ts'
import { expectOnly } from '../parameters.ts'
import type { Interaction } from './interaction.ts'

/** What is served, computed once from the lists that serve it. */
export function capabilities(base: Base, house: House): Interaction {
  const body = JSON.stringify(capabilityStatement(base, house, house.clock().toISOString()))
  return {
    codes: [],
    method: 'GET',
    path: '/metadata',
    open: true,
    handle(call) {
      expectOnly(call.query, ['mode'])
      refuseOther(call.query.get('mode'))
      return { status: 200, headers: {}, body }
    },
  }
}

/** The whole of it is told at once. Source: FHIR R4, http, capabilities. */
function refuseOther(mode: string | null): void {
  if (mode === null || mode === 'full') return
  throw failure('unsupported-value', 'The statement is told as a whole: mode=full.', 'mode')
}
