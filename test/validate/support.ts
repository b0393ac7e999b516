import { readdirSync, readFileSync } from 'node:fs'
import { bindings, structures } from '../../src/fhir/definitions/index.ts'
import { openValidator, type Validator } from '../../src/validate/index.ts'
import { loadProfiles } from '../../src/validate/profiles.ts'

const root = new URL('../../', import.meta.url)

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8'))
}

export function namesIn(folder: string, end = '.json'): string[] {
  return readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith(end))
    .sort()
}

/** The project's conformance resources, as the gateway reads them. */
export function projectFiles(): unknown[] {
  return namesIn('profiles/').map((name) => readJson(`profiles/${name}`))
}

/** The validator as the gateway opens it. */
export function projectValidator(): Validator {
  return openValidator({ structures, bindings, profiles: loadProfiles(projectFiles()) })
}

/** Base R4 and nothing else. */
export function baseValidator(): Validator {
  return openValidator({ structures, bindings })
}
