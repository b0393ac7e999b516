import type {
  CommunicationRequest,
  Observation,
  Patient,
  QuestionnaireResponse,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes'
import type { Actor } from '../../auth/actor.ts'
import type { Kept, Reader } from '../../store/index.ts'
import { sameContent } from '../entries.ts'
import { merged } from '../plan.ts'
import { nextOf, type Put } from '../resource/change.ts'
import type { Hook, Seen } from '../resource/hooks.ts'
import type { Moment, Plan } from '../step.ts'
import { grants, readmitted } from './admit.ts'
import { askedAbout, newestOf, questionsAbout, supportingOf } from './around.ts'
import { flagCodesOf } from './flags.ts'
import { unanswered } from './questioned.ts'

/** A request in force that an observation answers to, and what its flags depend on. */
interface Asked {
  request: Kept<ServiceRequest>
  patient: Kept<Patient> | undefined
  supporting: readonly Kept[]
  tasks: readonly Kept<Task>[]
  /** What its prescriber was asked. */
  asked: Kept<CommunicationRequest> | undefined
  /** What people asked and nobody has answered yet; none that a word answers which comes along. */
  questions: readonly Kept<CommunicationRequest>[]
  /** `org:<id>` of all who see the request. */
  keys: readonly string[]
}

/** An Observation or an answered questionnaire through the API may answer what a request lacks: its flags, and how it is judged, follow. */
export const answerByApi: Hook<readonly Asked[]> = {
  async facts(changes, all, store, actor) {
    const here = new Set(all.filter(({ type }) => type === 'ServiceRequest').map(({ id }) => id))
    const found = await Promise.all(changes.map((change) => requestsOf(change, store)))
    const requests = new Map(found.flat().map((request) => [request.id, request]))
    // A request that is sent along is flagged by its own hook.
    const others = [...requests.values()].filter(({ id }) => !here.has(id))
    return Promise.all(others.map((request) => askedBy(request, all, store, actor)))
  },

  decide(changes, _, asked, at) {
    const own: Plan = {
      write: changes.filter(isPut).map(({ resource, before }) => nextOf(resource, before)),
      remove: changes.flatMap(({ verb, before }) => (verb === 'delete' && before ? [before] : [])),
    }
    return merged([own, ...asked.map((one) => reflagged(one, changes, at))])
  },
}

const isPut = (change: Seen): change is Seen & Put => change.verb !== 'delete'

/** Changes of this hook are Observations and QuestionnaireResponses: the table says so. */
const answerIn = (change: Seen) =>
  (isPut(change) ? change.resource : change.before) as Observation | QuestionnaireResponse | undefined

/** Requests in force that name the answer, or that it names. */
async function requestsOf(change: Seen, store: Reader): Promise<Kept<ServiceRequest>[]> {
  const { subject, basedOn = [] } = answerIn(change) ?? {}
  if (!subject?.reference) return []
  const all = await store.search('ServiceRequest', `subject=${subject.reference}&status=active`)
  const names = new Set(basedOn.map(({ reference }) => reference))
  const name = `${change.type}/${change.id}`
  return all.filter(
    ({ id, supportingInfo = [] }) =>
      names.has(`ServiceRequest/${id}`) || supportingInfo.some(({ reference }) => reference === name),
  )
}

async function askedBy(
  request: Kept<ServiceRequest>,
  all: readonly Seen[],
  store: Reader,
  actor: Actor,
): Promise<Asked> {
  const reference = `ServiceRequest/${request.id}`
  const [patient, supporting, tasks, keys, asked, questions] = await Promise.all([
    store.follow(request.subject.reference),
    supportingOf(request, store),
    store.search('Task', `focus=${reference}`),
    store.sight(reference),
    askedAbout(request, store),
    questionsAbout(request, store),
  ])
  const words = all.filter(isPut).map(({ resource }) => resource)
  return {
    request,
    asked,
    questions: unanswered(questions, request, words, actor),
    patient: patient?.resourceType === 'Patient' ? patient : undefined,
    supporting,
    tasks,
    keys: keys.filter((key) => key.startsWith('org:')),
  }
}

function reflagged(
  { request, patient, supporting, tasks, asked, questions, keys }: Asked,
  changes: readonly Seen[],
  at: Moment,
): Plan {
  const gone = new Set(changes.filter(({ verb }) => verb === 'delete').map(({ id }) => id))
  const said = changes.filter(isPut).map(({ resource, before }) => nextOf(resource, before))
  const left = supporting.filter(({ id }) => !gone.has(id))
  const unmapped = flagCodesOf(request).includes('unmapped-code')
  const submitted = { request, patient, supporting: newestOf<(typeof said)[number]>(said, left), unmapped }
  const before = new Map(
    [request, ...tasks, ...(asked ? [asked] : [])].map((one) => [`${one.resourceType}/${one.id}`, one]),
  )
  const next = readmitted(submitted, { tasks, asked, questions }, at)
  const write = next.filter((one) => !sameContent(one, before.get(`${one.resourceType}/${one.id}`)))
  return {
    write,
    grant: grants([...said, ...write.filter(({ meta }) => !meta?.versionId)], keys),
    rely: [`ServiceRequest/${request.id}`],
  }
}
