import { judge } from '../flows/protocol/judge.ts'
import type { Judgement } from '../flows/protocol/judgement.ts'
import { flagCodesOf, modalitiesOf } from '../flows/referral/flags.ts'
import type { Desk } from '../flows/step.ts'
import type { Dossier } from './dossier.ts'
import { currentProtocol } from './protocol.ts'

/** What the protocol in force says of a request now; undefined where the territory has none. */
export async function judgementOf(dossier: Dossier, desk: Desk): Promise<Judgement | undefined> {
  const protocol = await currentProtocol(desk)
  if (!protocol) return undefined
  const { request, patient, supporting } = dossier
  const modalities = modalitiesOf(request, desk.territory)
  const isIrradiating = modalities.some((modality) => modality === 'CT' || modality === 'MG')
  const blocking = isIrradiating ? flagCodesOf(request).filter((code) => blocks.includes(code)) : []
  return judge({ request, patient, supporting }, protocol, {
    now: desk.clock().toISOString(),
    modalities,
    blocking,
  })
}

const blocks = ['missing-purpose', 'missing-justification', 'missing-pregnancy', 'missing-prior-exams']
