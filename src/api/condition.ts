/** The search in a query, without what says how the answer is put. */
export function conditionIn(query: URLSearchParams): string {
  const condition = new URLSearchParams(query)
  for (const name of ['_format', '_pretty']) condition.delete(name)
  return condition.toString()
}
