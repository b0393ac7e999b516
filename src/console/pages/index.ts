import type { Act, Page } from '../view.ts'
import { worklistPage } from './worklist.ts'

/** What can be looked at, by path under `/console`. */
export const pages: readonly Page[] = [worklistPage]

/** What can be done by sending a form, by path under `/console`. */
export const acts: readonly Act[] = []
