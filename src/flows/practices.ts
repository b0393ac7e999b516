import type { Reader } from '../store/index.ts'

/** `Organization/<id>`s that these doctors (`Practitioner/<id>`) practise at. */
export async function practicesOf(doctors: readonly string[], store: Reader): Promise<string[]> {
  if (doctors.length === 0) return []
  const roles = await store.search('PractitionerRole', `practitioner=${doctors.join(',')}`)
  const practices = roles
    .filter(({ active }) => active !== false)
    .flatMap(({ organization }) => organization?.reference ?? [])
  return [...new Set(practices)]
}
