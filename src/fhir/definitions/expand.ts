import type { CodeSystem, CodeSystemConcept, ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes'

/** Codes that a required binding allows: value set → code system → codes. */
export type Bindings = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

/**
 * The expansion of each value set that can be expanded from the definitions alone.
 *
 * Those over systems of others (`mimetypes`, `currencies`) are left out. A value set that is built in another way
 * than by whole systems and lists of codes is an error here, not a guess.
 */
export function expand(
  urls: readonly string[],
  valueSets: readonly ValueSet[],
  codeSystems: readonly CodeSystem[],
): Bindings {
  const systems = new Map(codeSystems.map((system) => [system.url, system]))
  const bindings: Record<string, Record<string, string[]>> = {}
  for (const url of [...new Set(urls)].sort()) {
    const codes = expansion(valueSets.find((set) => set.url === url) ?? missing(url), systems)
    if (codes) bindings[url] = codes
  }
  return bindings
}

function expansion(valueSet: ValueSet, systems: ReadonlyMap<string | undefined, CodeSystem>) {
  if (valueSet.compose?.exclude) throw new Error(`${valueSet.url} excludes codes: expand that too`)
  const codes: Record<string, string[]> = {}
  for (const include of valueSet.compose?.include ?? []) {
    const [system, own] = included(include, systems)
    if (!own) return undefined
    codes[system] = [...(codes[system] ?? []), ...own]
  }
  return codes
}

function included(
  include: ValueSetComposeInclude,
  systems: ReadonlyMap<string | undefined, CodeSystem>,
): [system: string, codes: string[] | undefined] {
  if (!include.system || include.filter || include.valueSet)
    throw new Error('Expand filters and value sets too')
  if (include.concept) return [include.system, include.concept.map(({ code }) => code)]
  const system = systems.get(include.system)
  return [include.system, system?.content === 'complete' ? codesOf(system.concept ?? []) : undefined]
}

function codesOf(concepts: readonly CodeSystemConcept[]): string[] {
  return concepts.flatMap(({ code, concept }) => [code, ...codesOf(concept ?? [])])
}

function missing(url: string): never {
  throw new Error(`No value set ${url} in the definitions`)
}
