/** Whether two JSON values say the same, whatever the order of their properties and however their numbers are written. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (Array.isArray(one))
    return (
      Array.isArray(other) &&
      other.length === one.length &&
      one.every((each, i) => isSameJson(other[i], each))
    )
  if (!isObject(one)) return one === other
  const names = Object.keys(one)
  return (
    isObject(other) &&
    Object.keys(other).length === names.length &&
    names.every((name) => Object.hasOwn(other, name) && isSameJson(other[name], one[name]))
  )
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
