import type { Measure } from '@medplum/fhirtypes'
import { canonical } from '../../fhir/canonical.ts'
import { failure } from '../../fhir/outcome.ts'
import { evaluate, indicatorOf, periodOf } from '../../indicators/index.ts'
import { type Asked, placeIn } from '../../indicators/indicator.ts'
import { answer } from '../answer.ts'
import type { Call } from '../call.ts'
import { operation } from './operation.ts'

interface Input {
  periodStart: string
  periodEnd: string
  measure?: string
  reportType?: string
  subject?: string
}

/** Counts over a period, for all or for one centre; nothing is kept. Source: FHIR R4, Measure-operation-evaluate-measure. */
export const evaluateMeasure = operation<Input>({
  definition: {
    resourceType: 'OperationDefinition',
    id: 'measure-evaluate-measure',
    url: `${canonical}/OperationDefinition/measure-evaluate-measure`,
    base: 'http://hl7.org/fhir/OperationDefinition/Measure-evaluate-measure',
    name: 'EvaluateMeasure',
    title: 'Count over a period',
    status: 'active',
    kind: 'operation',
    affectsState: false,
    code: 'evaluate-measure',
    resource: ['Measure'],
    system: false,
    type: true,
    instance: true,
    parameter: [
      {
        use: 'in',
        name: 'periodStart',
        type: 'date',
        min: 1,
        max: '1',
        documentation: "The first day, month or year, in the territory's zone.",
      },
      { use: 'in', name: 'periodEnd', type: 'date', min: 1, max: '1', documentation: 'The last one.' },
      {
        use: 'in',
        name: 'measure',
        type: 'string',
        min: 0,
        max: '1',
        documentation: 'URL or name of the Measure, where the operation is not called on one.',
      },
      { use: 'in', name: 'reportType', type: 'code', min: 0, max: '1', documentation: 'population.' },
      {
        use: 'in',
        name: 'subject',
        type: 'string',
        min: 0,
        max: '1',
        documentation: 'Organization/<id> of one centre.',
      },
      { use: 'out', name: 'return', type: 'MeasureReport', min: 1, max: '1' },
    ],
  },
  async handle(input, call) {
    refuseOthers(call)
    const { store, territory, clock } = call.house.desk(call.permit.actor)
    const indicator = indicatorOf(input.measure ?? (await nameIn(call)))
    if (!indicator) throw failure('not-found', 'There is no such Measure. GET Measure tells those there are.')
    const asked: Asked = {
      ...windowOf(input, territory.zone),
      ...centreOf(input),
      now: clock().toISOString(),
    }
    const [report] = await evaluate([indicator], asked, { ...placeIn(territory), store })
    if (!report) throw new Error('A report is made for each indicator')
    return answer(report)
  },
})

const counting: readonly string[] = ['cell', 'operator', 'region']

/** Numbers are of the whole territory: for its cell, its operator, and the region. */
function refuseOthers({ permit: { actor } }: Call): void {
  if (counting.includes(actor.role)) return
  throw failure('forbidden', `Clients of the role ${actor.role} may not count over the territory.`)
}

/** The URL of the Measure that the operation is called on. */
async function nameIn({ house, path: { id } }: Call): Promise<string> {
  if (id === undefined)
    throw failure('required', 'Call a Measure by its id, or give measure.', 'Parameters.parameter')
  const kept = await house.store.read('Measure', id, 'all')
  if (!kept || kept.deleted) throw failure('not-found', `There is no Measure/${id}.`)
  const { url = '' }: Measure = JSON.parse(kept.body) // what the store keeps under this type is one
  return url
}

function windowOf({ periodStart, periodEnd, reportType = 'population' }: Input, zone: string) {
  if (reportType !== 'population')
    throw failure('unsupported-value', 'Only reportType population is served.', 'Parameters.parameter')
  const period = periodOf(periodStart, periodEnd, zone)
  if (period) return period
  throw failure('value', 'periodStart is a date not after periodEnd.', 'Parameters.parameter')
}

function centreOf({ subject }: Input): { centre?: string } {
  if (subject === undefined) return {}
  if (/^Organization\/[A-Za-z0-9\-.]{1,64}$/.test(subject)) return { centre: subject }
  throw failure('unsupported-value', 'The subject is a centre: Organization/<id>.', 'Parameters.parameter')
}
