import type {
  ActivityDefinition,
  Coding,
  Element,
  Extension,
  Period,
  PlanDefinition,
  PlanDefinitionAction,
  PlanDefinitionActionCondition,
  RelatedArtifact,
  Resource,
} from '@medplum/fhirtypes'
import { extensions, systems } from '../../fhir/canonical.ts'
import { type Condition, conditionOf } from './condition.ts'
import type {
  Choice,
  Exam,
  Guidance,
  Indication,
  Protocol,
  Question,
  QuestionKind,
  QuestionRole,
  Texts,
} from './protocol.ts'

/** Protocols of a territory, and what is wrong in what they are made of: `PlanDefinition <url>: …`. */
export interface ReadProtocols {
  protocols: readonly Protocol[]
  problems: readonly string[]
}

/**
 * The entry protocols that these resources say: a PlanDefinition of type `workflow-definition` each, whose actions name
 * the PlanDefinitions of the indications, whose actions name the ActivityDefinitions of the exams.
 *
 * What is wrong is told, all of it; a protocol with something wrong in it is left out.
 */
export function readProtocols(resources: readonly Resource[]): ReadProtocols {
  const shelf = shelfOf(resources)
  const problems: string[] = []
  const protocols = shelf.plans.filter(isProtocol).flatMap((plan) => {
    const faults: string[] = []
    const protocol = protocolIn(plan, shelf, faults)
    problems.push(...faults)
    return faults.length > 0 ? [] : [protocol]
  })
  return { protocols, problems: [...new Set(problems)] }
}

const isProtocol = ({ type }: PlanDefinition) =>
  type?.coding?.some(({ code }) => code === 'workflow-definition') ?? false

interface Shelf {
  plans: readonly PlanDefinition[]
  exams: readonly ActivityDefinition[]
}

const shelfOf = (resources: readonly Resource[]): Shelf => ({
  plans: resources.filter((one): one is PlanDefinition => one.resourceType === 'PlanDefinition'),
  exams: resources.filter((one): one is ActivityDefinition => one.resourceType === 'ActivityDefinition'),
})

const canonicalOf = ({ url = '', version }: PlanDefinition | ActivityDefinition) =>
  version === undefined ? url : `${url}|${version}`

/** What a canonical means: with a version that one, without the newest. */
function meant<R extends PlanDefinition | ActivityDefinition>(
  canonical: string | undefined,
  all: readonly R[],
): R | undefined {
  const named = all.filter(({ url }) => url === canonical?.split('|')[0])
  if (canonical?.includes('|')) return named.find((one) => canonicalOf(one) === canonical)
  return named.toSorted((a, b) =>
    (b.version ?? '').localeCompare(a.version ?? '', 'en', { numeric: true }),
  )[0]
}

/** Where faults are written down, with the resource that they are in. */
type Tell = (fault: string) => void

const tellerOf =
  (resource: PlanDefinition | ActivityDefinition, faults: string[]): Tell =>
  (fault) =>
    void faults.push(`${resource.resourceType} ${canonicalOf(resource)}: ${fault}`)

function protocolIn(plan: PlanDefinition, shelf: Shelf, faults: string[]): Protocol {
  const tell = tellerOf(plan, faults)
  const endorsers = (plan.endorser ?? []).flatMap(({ name }) => name ?? [])
  if (plan.version === undefined) tell('version: a protocol has a version')
  if (endorsers.length === 0) tell('endorser: a protocol names the doctors who have approved it')
  if (plan.approvalDate === undefined) tell('approvalDate: a protocol says when it was approved')
  const reviewBy = plan.effectivePeriod?.end
  if (reviewBy === undefined) tell('effectivePeriod.end: a protocol says by when it is looked at again')
  const emergency = textIn(extensionOf(plan, extensions.emergency))
  if (!emergency) tell('extension emergency: a protocol says where to turn when life is in danger')
  const indications = (plan.action ?? []).flatMap(({ definitionCanonical, condition }) => {
    const found = meant(definitionCanonical, shelf.plans)
    if (!found) tell(`action: there is no PlanDefinition ${definitionCanonical}`)
    const applies = conditionIn(condition, tell)
    return found ? [{ ...indicationIn(found, shelf, faults), ...(applies && { applies }) }] : []
  })
  return {
    canonical: canonicalOf(plan),
    version: plan.version ?? '',
    title: titleOf(plan),
    status: plan.status,
    endorsers,
    approvedOn: plan.approvalDate,
    reviewBy,
    period: plan.effectivePeriod?.start === undefined ? {} : { start: plan.effectivePeriod.start },
    indications,
    questions: questionsIn(plan, tell),
    emergency: emergency ?? { fr: '', en: '' },
  }
}

function indicationIn(plan: PlanDefinition, shelf: Shelf, faults: string[]): Indication {
  const tell = tellerOf(plan, faults)
  const actions = plan.action ?? []
  const choices = actions.flatMap((action) => choiceIn(action, shelf, tell, faults))
  if (choices.length === 0) tell('action: an indication leads to an exam')
  const focus = (plan.useContext ?? []).flatMap(({ valueCodeableConcept }) => valueCodeableConcept ?? [])
  const priority = actions.find((action) => action.priority)?.priority
  return {
    canonical: canonicalOf(plan),
    title: titleOf(plan),
    codings: focus.flatMap(({ coding = [] }) => coding),
    choices,
    questions: questionsIn(plan, tell),
    priority,
    guidance: (plan.relatedArtifact ?? []).map(guidanceIn),
  }
}

function choiceIn(action: PlanDefinitionAction, shelf: Shelf, tell: Tell, faults: string[]): Choice[] {
  const found = meant(action.definitionCanonical, shelf.exams)
  if (!found) {
    tell(`action: there is no ActivityDefinition ${action.definitionCanonical}`)
    return []
  }
  const applies = conditionIn(action.condition, tell)
  const isAlternative = extensionOf(action, extensions.alternative)?.valueBoolean === true
  return [
    {
      exam: examIn(found, faults),
      ...(applies && { applies }),
      kind: isAlternative ? 'alternative' : 'first',
      text:
        action.description === undefined ? undefined : textsOf(action.description, action, '_description'),
    },
  ]
}

/** When an action comes in: an indication in a protocol, or an exam for an indication. */
function conditionIn(
  conditions: readonly PlanDefinitionActionCondition[] = [],
  tell: Tell,
): Condition | undefined {
  const expression = conditions.find(({ kind }) => kind === 'applicability')?.expression?.expression
  return expression === undefined ? undefined : compiled(expression, tell)
}

function compiled(expression: string, tell: Tell): Condition | undefined {
  try {
    return conditionOf(expression)
  } catch {
    tell(`condition: this is no FHIRPath: ${expression}`)
    return undefined
  }
}

function examIn(definition: ActivityDefinition, faults: string[]): Exam {
  const codings = definition.code?.coding ?? []
  const { effectivePeriod = {} } = definition
  return {
    canonical: canonicalOf(definition),
    title: titleOf(definition),
    codings: codings.filter(({ system }) => system !== systems.dicom),
    modality: codings.find(({ system }) => system === systems.dicom)?.code,
    questions: questionsIn(definition, tellerOf(definition, faults)),
    preparation: textIn(extensionOf(definition, extensions.preparation)),
    doseClass: extensionOf(definition, extensions.doseClass)?.valueCode,
    period: datesOf(effectivePeriod),
  }
}

const datesOf = ({ start, end }: Period) => ({
  ...(start !== undefined && { start }),
  ...(end !== undefined && { end }),
})

const guidanceIn = ({ label, display, citation, url }: RelatedArtifact): Guidance => ({
  title: display ?? citation ?? url ?? '',
  ...(url !== undefined && { url }),
  ...(label !== undefined && { version: label }),
})

const titleOf = (resource: PlanDefinition | ActivityDefinition): Texts =>
  textsOf(resource.title ?? resource.name ?? canonicalOf(resource), resource, '_title')

/** A text in French, and what its element (`_title`) says of it in English. */
function textsOf(text: string, owner: object, element: string): Texts {
  const { [element]: said } = owner as Record<string, Element | undefined> // `_name` is the element of a primitive
  return { fr: text, en: englishIn(said) ?? text }
}

const textIn = (extension: Extension | undefined): Texts | undefined =>
  extension?.valueString === undefined ? undefined : textsOf(extension.valueString, extension, '_valueString')

/** Source: FHIR R4, extension translation: parts `lang` and `content`. */
function englishIn(element: Element | undefined): string | undefined {
  const translations = (element?.extension ?? []).filter(({ url }) => url === extensions.translation)
  const english = translations.find(({ extension = [] }) =>
    extension.some(({ url, valueCode }) => url === 'lang' && valueCode?.startsWith('en')),
  )
  return english?.extension?.find(({ url }) => url === 'content')?.valueString
}

const extensionOf = ({ extension = [] }: { extension?: Extension[] }, url: string) =>
  extension.find((one) => one.url === url)

const kinds: readonly string[] = ['yes-no', 'choice', 'number', 'text', 'date']
const roles: readonly string[] = ['answer', 'contra-indication', 'red-flag']

function questionsIn({ extension = [] }: { extension?: Extension[] }, tell: Tell): Question[] {
  return extension
    .filter(({ url }) => url === extensions.question)
    .flatMap(({ extension: parts = [] }) => questionIn(parts, tell))
}

function questionIn(parts: readonly Extension[], tell: Tell): Question[] {
  const part = (url: string) => parts.find((one) => one.url === url)
  const coding = part('code')?.valueCoding
  const text = textIn(part('text'))
  const kind = part('kind')?.valueCode ?? 'yes-no'
  const role = part('role')?.valueCode ?? 'answer'
  if (coding?.code === undefined || !text || !kinds.includes(kind) || !roles.includes(role)) {
    tell(
      `extension question: code and text are needed; kind is one of ${kinds.join(', ')}, role one of ${roles.join(', ')}`,
    )
    return []
  }
  const expression = part('applies')?.valueString
  const applies = expression === undefined ? undefined : compiled(expression, tell)
  return [
    {
      coding: { ...coding, code: coding.code },
      also: parts.filter(({ url }) => url === 'also').flatMap(({ valueCoding }) => valueCoding?.code ?? []),
      text,
      kind: kind as QuestionKind, // one of them, as was just seen
      role: role as QuestionRole, // likewise
      required: part('required')?.valueBoolean ?? false,
      modalities: parts.filter(({ url }) => url === 'modality').flatMap(({ valueCode }) => valueCode ?? []),
      ...(applies && { applies }),
      options: parts
        .filter(({ url }) => url === 'option')
        .flatMap(({ valueCoding }): Coding[] => (valueCoding ? [valueCoding] : [])),
    },
  ]
}
