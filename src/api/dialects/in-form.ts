import type { Bundle, Resource } from '@medplum/fhirtypes'
import { parseKept, textOf } from '../../fhir/decimals.ts'
import type { Answer } from '../answer.ts'
import type { Call } from '../call.ts'
import type { Interaction } from '../interactions/interaction.ts'

/** Resources of an answer in a dialect's form, in the same order. What has no other form stays as it is. */
export type Form = (resources: readonly Resource[], call: Call) => Promise<readonly Resource[]>

/** The same interaction, of these types, with what it answers in the dialect's form. */
export function inForm(interaction: Interaction, types: readonly string[], form: Form): Interaction {
  return {
    ...interaction,
    types,
    handle: async (call) => formed(await interaction.handle(call), form, call),
  }
}

/** The same answer, its resources in the dialect's form. */
export async function formed(answer: Answer, form: Form, call: Call): Promise<Answer> {
  if (answer.body === undefined) return answer
  const resource = parseKept(answer.body) as Resource // what is answered is one
  if (resource.resourceType !== 'Bundle') {
    const [next = resource] = await form([resource], call)
    return { ...answer, body: textOf(next) }
  }
  return { ...answer, body: textOf(await bundleInForm(resource, form, call)) }
}

async function bundleInForm(bundle: Bundle, form: Form, call: Call): Promise<Bundle> {
  const { entry: entries = [] } = bundle
  const resources = entries.flatMap(({ resource }) => resource ?? [])
  const next = new Map((await form(resources, call)).map((one, n) => [resources[n], one]))
  return {
    ...bundle,
    ...(entries.length > 0 && {
      entry: entries.map((entry) =>
        entry.resource ? { ...entry, resource: next.get(entry.resource) ?? entry.resource } : entry,
      ),
    }),
  }
}
