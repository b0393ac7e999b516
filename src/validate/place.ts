/** Where a value stands. It is spelled out as FHIRPath only when something is wrong there. */
export interface Place {
  readonly up: Place | undefined
  /** Name of the element; at the top, the resource type. */
  readonly step: string
  /** Which one of a list, from 0; -1 when it is not in a list. */
  readonly index: number
}

/** The top of a resource. */
export function top(resourceType: string): Place {
  return { up: undefined, step: resourceType, index: -1 }
}

export function below(up: Place, step: string, index = -1): Place {
  return { up, step, index }
}

/** The place as FHIRPath with indices: `ServiceRequest.identifier[0].system`. */
export function expressionOf({ up, step, index }: Place): string {
  const here = index < 0 ? step : `${step}[${index}]`
  return up ? `${expressionOf(up)}.${here}` : here
}
