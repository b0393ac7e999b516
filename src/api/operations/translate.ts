import { conceptMapTranslate } from '@medplum/core'
import type { ConceptMap, Parameters } from '@medplum/fhirtypes'
import { canonical } from '../../fhir/canonical.ts'
import { answer } from '../answer.ts'
import { byUrl, type Coded, coded, codingsIn, declaredAs, type Naming } from './declared.ts'
import { operation } from './operation.ts'

type Part = NonNullable<Parameters['parameter']>[number]

/** What a concept map makes of a code. Source: FHIR R4, ConceptMap $translate. */
export const translate = operation<Naming & Coded & { targetsystem?: string }>({
  definition: {
    resourceType: 'OperationDefinition',
    id: 'concept-map-translate',
    url: `${canonical}/OperationDefinition/concept-map-translate`,
    base: 'http://hl7.org/fhir/OperationDefinition/ConceptMap-translate',
    name: 'Translate',
    title: 'Translate a code by a concept map',
    status: 'active',
    kind: 'operation',
    affectsState: false,
    code: 'translate',
    resource: ['ConceptMap'],
    system: false,
    type: true,
    instance: true,
    parameter: [
      byUrl,
      ...coded,
      { use: 'in', name: 'targetsystem', type: 'uri', min: 0, max: '1' },
      { use: 'out', name: 'result', type: 'boolean', min: 1, max: '1' },
      { use: 'out', name: 'message', type: 'string', min: 0, max: '1' },
      {
        use: 'out',
        name: 'match',
        min: 0,
        max: '*',
        part: [
          { use: 'out', name: 'equivalence', type: 'code', min: 0, max: '1' },
          { use: 'out', name: 'concept', type: 'Coding', min: 0, max: '1' },
          { use: 'out', name: 'source', type: 'uri', min: 0, max: '1' },
        ],
      },
    ],
  },
  handle(input, call) {
    const map = declaredAs<ConceptMap>('ConceptMap', input, call)
    const { targetsystem } = input
    const matches = codingsIn(input).flatMap((coding) => {
      const options = { coding: withSystem(coding, map), ...(targetsystem !== undefined && { targetsystem }) }
      return conceptMapTranslate(map, options).match ?? []
    })
    const match = matches.map(
      ({ equivalence, concept }): Part => ({
        name: 'match',
        part: [
          ...(equivalence === undefined ? [] : [{ name: 'equivalence', valueCode: equivalence }]),
          ...(concept === undefined ? [] : [{ name: 'concept', valueCoding: concept }]),
          ...(map.url === undefined ? [] : [{ name: 'source', valueUri: map.url }]),
        ],
      }),
    )
    const found = matches.some(({ equivalence = '' }) => !['unmatched', 'disjoint'].includes(equivalence))
    const message = { name: 'message', valueString: 'The map has no translation of this code.' }
    return answer({
      resourceType: 'Parameters',
      parameter: [{ name: 'result', valueBoolean: found }, ...(found ? [] : [message]), ...match],
    })
  },
})

/** Without a system a code is of the one system that the map translates from, if it is one. */
function withSystem<C extends { system?: string }>(coding: C, { group = [] }: ConceptMap): C {
  const sources = new Set(group.map(({ source }) => source))
  const [only] = sources
  return coding.system === undefined && sources.size === 1 && only !== undefined
    ? { ...coding, system: only }
    : coding
}
