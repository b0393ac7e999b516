import type { Resource } from '@medplum/fhirtypes'
import { readJson } from '../fhir/json.ts'
import { failures, type Issue } from '../fhir/outcome.ts'
import { isServed } from '../fhir/served.ts'
import type { Desk } from '../flows/step.ts'

/**
 * The JSON value that was sent. Fails: structure; a property that is there twice is told with all else that is wrong.
 */
export function sentIn(text: string, validate: Desk['validate']): unknown {
  const { value, faults } = readJson(text)
  if (faults.length === 0) return value
  const type = typeIn(value)
  const told = faults.map((each) => ({
    ...each,
    ...(each.expression !== undefined && {
      expression: type ? `${type}.${each.expression}` : each.expression,
    }),
  }))
  throw failures([...told, ...errorsIn(value, validate)])
}

const typeIn = (value: unknown): string | undefined => {
  const { resourceType } = Object(value) as { resourceType?: unknown } // anything has properties
  return typeof resourceType === 'string' && /^[A-Z][A-Za-z]{1,63}$/.test(resourceType)
    ? resourceType
    : undefined
}

/** What is wrong with a resource, or with those of a bundle, each by its place. */
function errorsIn(value: unknown, validate: Desk['validate']): Issue[] {
  const type = typeIn(value)
  if (type === 'Bundle') {
    const { entry } = value as { entry?: unknown } // of that type
    const entries: unknown[] = Array.isArray(entry) ? entry : []
    return entries.flatMap((each, index) => {
      const { resource } = Object(each) as { resource?: unknown } // anything has properties
      return errorsIn(resource, validate).map((issue) => placed(issue, `Bundle.entry[${index}].resource`))
    })
  }
  if (type === undefined || !isServed(type)) return []
  return validate(value as Resource).filter(isError) // any value is welcome
}

const isError = ({ severity }: Issue) => severity !== 'warning' && severity !== 'information'

function placed(issue: Issue, place: string): Issue {
  const { expression = '' } = issue
  return { ...issue, expression: `${place}${expression.slice(/^\w+/.exec(expression)?.[0].length ?? 0)}` }
}
