import { evalFhirPathTyped, getElementDefinition, parseFhirPath, type TypedValue } from '@medplum/core'
import type { Reference, Resource } from '@medplum/fhirtypes'

/** The values that an expression finds in a resource of its type. */
export type Path = (resource: Resource) => readonly TypedValue[]

/**
 * An expression of a search parameter, ready to run.
 *
 * Nearly all are names one below the other, such as `AuditEvent.entity.what`, some of them followed by
 * `where((resolve() is Patient))`: these are walked, and so are the values of extensions of one URL. All others, and
 * elements of several types, are FHIRPath's to judge.
 */
export function pathOf(type: string, expression: string): Path {
  return walked(type, expression) ?? extended(type, expression) ?? evaluated(type, expression)
}

function evaluated(type: string, expression: string): Path {
  const parsed = parseFhirPath(expression)
  return (value) => evalFhirPathTyped(parsed, [{ type, value }])
}

const plain = /^([A-Z]\w*)((?:\.[a-z]\w*)+?)(?:\.where\(\(resolve\(\) is ([A-Z]\w+)\)\))?$/

function walked(type: string, expression: string): Path | undefined {
  const [, root, steps, target] = plain.exec(expression) ?? []
  if (root !== type || steps === undefined) return undefined
  const names = steps.slice(1).split('.')
  const found = typeAt(type, names)
  if (found === undefined || (target !== undefined && found !== 'Reference')) return undefined
  const fits = target === undefined ? () => true : refersTo(target)
  return (resource) => {
    const values: TypedValue[] = []
    gather(resource, names, 0, (value) => fits(value) && values.push({ type: found, value }))
    return values
  }
}

const inExtension =
  /^([A-Z]\w*)((?:\.[a-z]\w*)*?)((?:\.extension\.where\(\(url = '[^']+'\)\))+)\.value\.ofType\((\w+)\)$/

/** `Slot.extension.where((url = '…')).value.ofType(instant)`, also of an extension inside another. */
function extended(type: string, expression: string): Path | undefined {
  const [, root, steps = '', wheres = '', found] = inExtension.exec(expression) ?? []
  if (root !== type || found === undefined) return undefined
  const names = steps.split('.').filter((name) => name !== '')
  const urls = [...wheres.matchAll(/url = '([^']+)'/g)].map(([, url]) => url)
  const element = `value${found.charAt(0).toUpperCase()}${found.slice(1)}`
  return (resource) => {
    let holders: unknown[] = []
    gather(resource, names, 0, (value) => holders.push(value))
    for (const url of urls) holders = holders.flatMap((holder) => extensionsOf(holder, url))
    return holders.flatMap((holder) => {
      const value = (holder as Record<string, unknown>)[element] // an extension
      return value === undefined ? [] : [{ type: found, value }]
    })
  }
}

function extensionsOf(holder: unknown, url: string | undefined): readonly unknown[] {
  const { extension } = holder as { extension?: unknown } // an element or an extension
  return Array.isArray(extension) ? extension.filter((one) => one?.url === url) : []
}

/** The one type of an element; undefined when it has several, or is none. */
function typeAt(type: string, names: readonly string[]): string | undefined {
  let at: string | undefined = type
  for (const name of names) {
    const types: readonly { code: string }[] | undefined =
      at === undefined ? undefined : getElementDefinition(at, name)?.type
    at = types?.length === 1 ? types[0]?.code : undefined
  }
  return at
}

/** Hands each value at the end of the names to `take`, arrays one by one. */
function gather(value: unknown, names: readonly string[], at: number, take: (value: unknown) => void): void {
  if (value === undefined || value === null) return
  if (Array.isArray(value)) {
    for (const each of value) gather(each, names, at, take)
    return
  }
  const name = names[at]
  if (name === undefined) take(value)
  else if (typeof value === 'object') gather((value as Record<string, unknown>)[name], names, at + 1, take) // an element by its name
}

/** Whether a reference is to a resource of a type, by what it says: nothing is fetched. */
const refersTo = (target: string) => (value: unknown) => {
  const { reference, type, identifier } = value as Reference // by its definition
  if (reference === undefined) return type === target && identifier !== undefined
  return reference.startsWith(`${target}/`) || reference.startsWith(`${target}?`)
}
