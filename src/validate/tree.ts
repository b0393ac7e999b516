import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes'

/** An element of a snapshot with what stands below it. */
export interface Node {
  readonly definition: ElementDefinition
  /** Last step of the path: `identifier`, `value[x]`. */
  readonly name: string
  readonly children: Node[]
  readonly slices: Node[]
}

/**
 * The snapshot of a structure as a tree.
 *
 * Fails with the structure's URL when it has no snapshot: it cannot be applied without one.
 */
export function treeOf(structure: StructureDefinition): Node {
  const elements = structure.snapshot?.element ?? []
  const nodes = new Map(elements.map((definition) => [idOf(definition), nodeOf(definition)]))
  const [root] = nodes.values()
  if (!root) throw new Error(`${structure.url} has no snapshot: generate one, or take the published package.`)
  for (const [id, node] of nodes) if (node !== root) attach(id, node, nodes)
  return root
}

function attach(id: string, node: Node, nodes: ReadonlyMap<string, Node>): void {
  const colon = id.lastIndexOf(':')
  const dot = id.lastIndexOf('.')
  if (colon > dot) nodes.get(id.slice(0, colon))?.slices.push(node)
  else nodes.get(id.slice(0, dot))?.children.push(node)
}

function nodeOf(definition: ElementDefinition): Node {
  const name = definition.path.slice(definition.path.lastIndexOf('.') + 1)
  return { definition, name, children: [], slices: [] }
}

function idOf(definition: ElementDefinition): string {
  return definition.id ?? definition.path
}

/** The JSON property names of an element, one for each type of a choice, with that type. */
export function propertiesOf(node: Node): { name: string; element: string; type: string }[] {
  const types = (node.definition.type ?? []).map(typeCode)
  if (!node.name.endsWith('[x]'))
    return [{ name: node.name, element: node.name, type: types[0] ?? 'Element' }]
  const element = node.name.slice(0, -3)
  return types.map((type) => ({
    name: element + type.charAt(0).toUpperCase() + type.slice(1),
    element,
    type,
  }))
}

const systemType = 'http://hl7.org/fhirpath/System.'
const fhirType = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type'

/** A type by its FHIR name, also where the definition says it in FHIRPath's. */
function typeCode(type: NonNullable<ElementDefinition['type']>[number]): string {
  if (!type.code.startsWith(systemType)) return type.code
  return (
    type.extension?.find(({ url }) => url === fhirType)?.valueUrl ??
    type.code.slice(systemType.length).toLowerCase()
  )
}
