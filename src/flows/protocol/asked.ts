import type { Questionnaire } from '@medplum/fhirtypes'
import { derivedId } from '../../fhir/id.ts'
import type { Kept } from '../../store/index.ts'
import { sameContent } from '../entries.ts'
import type { Step } from '../step.ts'
import type { Protocol } from './protocol.ts'
import { questionnairesOf } from './questionnaire.ts'

/** The questionnaires of each protocol are there to be read and answered, as the protocol now has them. */
export const questionnairesMade: Step<{ protocols: readonly Protocol[] }, readonly Kept<Questionnaire>[]> = {
  name: 'protocol.asked',

  async facts({ protocols }, store) {
    const ids = protocols.flatMap(questionnairesOf).map(idOf)
    const found = await Promise.all(ids.map((id) => store.read('Questionnaire', id)))
    return found.filter((one) => one !== undefined)
  },

  decide({ protocols }, before) {
    const write = protocols.flatMap(questionnairesOf).flatMap((questionnaire) => {
      const id = idOf(questionnaire)
      const known = before.find((one) => one.id === id)
      const next: Questionnaire = { ...questionnaire, id, ...(known && { meta: known.meta }) }
      return sameContent(next, known) ? [] : [next]
    })
    return { write }
  },
}

const idOf = ({ url = '', version = '' }: Questionnaire) => derivedId('questionnaire', url, version)
