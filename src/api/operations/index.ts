import { book } from './book.ts'
import { evaluateMeasure } from './evaluate-measure.ts'
import { find } from './find.ts'
import { hold } from './hold.ts'
import type { AnyOperation } from './operation.ts'
import { validate } from './validate.ts'

/** The operations that are served. */
export const operations: readonly AnyOperation[] = [book, evaluateMeasure, find, hold, validate]
