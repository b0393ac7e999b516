import type { Base } from '../base.ts'
import { gap } from './gap/index.ts'
import { isik } from './isik/index.ts'
import { sas } from './sas/index.ts'

/** The dialects that are spoken, each on its base. */
export const dialects: readonly Base[] = [sas, gap, isik]
