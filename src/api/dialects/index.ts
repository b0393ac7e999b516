import type { Base } from '../base.ts'

/** The dialects that are spoken, each on its base. */
export const dialects: readonly Base[] = []
