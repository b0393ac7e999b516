/** A path with its places filled in: `bookings/{filler}` → `bookings/42`. A place without a value fails. */
export function filled(path: string, values: Readonly<Record<string, string | undefined>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined)
      throw new TypeError(`Nothing is known for {${name}} in a path of the connector's file`)
    return encodeURIComponent(value)
  })
}
