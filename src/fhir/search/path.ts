import { evalFhirPathTyped, getElementDefinition, parseFhirPath, type TypedValue } from '@medplum/core'
import type { Reference, Resource } from '@medplum/fhirtypes'

/** The values that an expression finds in a resource of its type. */
export type Path = (resource: Resource) => readonly TypedValue[]

/**
 * An expression of a search parameter, ready to run.
 *
 * Nearly all are names one below the other, such as `AuditEvent.entity.what`, some of them followed by
 * `where((resolve() is Patient))` or `ofType(Quantity)`: these are walked, and so are the values of extensions of one URL.
 * All others are FHIRPath's to judge.
 *
 * What stands between `|` is gone along by itself. FHIRPath would leave out of a union what equals another value, and
 * amounts that are almost the same are equal to it, whatever their units: each of them is asked for.
 */
export function pathOf(type: string, expression: string): Path {
  const paths = alternatives(expression).map((part) => walkable(type, part) ?? evaluated(type, part))
  return paths.length === 1 && paths[0] ? paths[0] : (resource) => paths.flatMap((path) => path(resource))
}

/** What stands between `|`; a union within parentheses stays whole. */
function alternatives(expression: string): readonly string[] {
  const parts = expression.split(' | ')
  const isWhole = (part: string) => part.split('(').length === part.split(')').length
  return parts.every(isWhole) ? parts : [expression]
}

const walkable = (type: string, expression: string): Path | undefined =>
  walked(type, expression) ?? chosen(type, expression) ?? extended(type, expression)

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

const choice = /^([A-Z]\w*)((?:\.[a-z]\w*)+?)(?:\.ofType\((\w+)\))?$/

/**
 * `ServiceRequest.occurrence`, which may be of several types, or `Observation.value.ofType(Quantity)`: the name of the
 * element says of which it is.
 */
function chosen(type: string, expression: string): Path | undefined {
  const [, root, steps, only] = choice.exec(expression) ?? []
  if (root !== type || steps === undefined) return undefined
  const names = steps.slice(1).split('.')
  const last = names.pop() ?? ''
  const holder = names.length === 0 ? type : typeAt(type, names)
  const types: readonly { code: string }[] =
    (holder && getElementDefinition(holder, `${last}[x]`)?.type) || []
  const elements = types
    .filter(({ code }) => only === undefined || code === only)
    .map(({ code }) => ({ code, name: choiceOf(last, code) }))
  if (elements.length === 0) return undefined
  return (resource) => {
    const values: TypedValue[] = []
    gather(resource, names, 0, (value) => {
      for (const { code, name } of elements) {
        const found = (value as Record<string, unknown>)[name] // an element by its name
        if (found !== undefined && found !== null) values.push({ type: code, value: found })
      }
    })
    return values
  }
}

const choiceOf = (name: string, type: string) => `${name}${type.charAt(0).toUpperCase()}${type.slice(1)}`

const ofUrl = String.raw`\(url = '[^']+'\)`
/** An extension of an extension whose `name`, say, is a certain one. */
const ofName = String.raw`\(${ofUrl} and \(extension\.where\(${ofUrl}\)\.value = '[^']+'\)\)`
const where = String.raw`\.extension\.where\((?:${ofUrl}|${ofName})\)`
const inExtension = new RegExp(
  String.raw`^([A-Z]\w*)((?:\.[a-z]\w*)*?)((?:${where})+)\.value\.ofType\((\w+)\)$`,
)

/** `Slot.extension.where((url = '…')).value.ofType(instant)`, also of an extension inside another. */
function extended(type: string, expression: string): Path | undefined {
  const [, root, steps = '', wheres = '', found] = inExtension.exec(expression) ?? []
  if (root !== type || found === undefined) return undefined
  const names = steps.split('.').filter((name) => name !== '')
  const filters = [...wheres.matchAll(new RegExp(where, 'g'))].map(([text]) => extensionFilter(text))
  const element = choiceOf('value', found)
  return (resource) => {
    let holders: unknown[] = []
    gather(resource, names, 0, (value) => holders.push(value))
    for (const fits of filters) holders = holders.flatMap((holder) => extensionsOf(holder).filter(fits))
    return holders.flatMap((holder) => {
      const value = (holder as Record<string, unknown>)[element] // an extension
      return value === undefined ? [] : [{ type: found, value }]
    })
  }
}

type AnyExtension = { url?: unknown; [element: string]: unknown }

/** `where((url = '…'))`, or that and `(extension.where((url = '…')).value = '…')`. */
function extensionFilter(text: string): (extension: AnyExtension) => boolean {
  const [url, inner] = [...text.matchAll(/url = '([^']+)'/g)].map(([, found]) => found)
  const wanted = /\.value = '([^']+)'/.exec(text)?.[1]
  if (inner === undefined) return (extension) => extension.url === url
  return (extension) =>
    extension.url === url &&
    extensionsOf(extension).some(
      (each) =>
        each.url === inner &&
        Object.entries(each).some(([name, value]) => name.startsWith('value') && value === wanted),
    )
}

function extensionsOf(holder: unknown): readonly AnyExtension[] {
  const { extension } = holder as { extension?: unknown } // an element or an extension
  return Array.isArray(extension) ? extension.filter((one) => typeof one === 'object' && one !== null) : []
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
