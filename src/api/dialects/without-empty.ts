/** The same query without parameters that are named and left empty: where others say nothing by them. */
export function withoutEmpty(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...query].filter(([, value]) => value !== ''))
}
