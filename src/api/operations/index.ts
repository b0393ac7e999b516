import { book } from './book.ts'
import { claim, giveBackOperation, handOverOperation } from './claim.ts'
import { evaluateMeasure } from './evaluate-measure.ts'
import { everything } from './everything.ts'
import { expand } from './expand.ts'
import { find } from './find.ts'
import { hold } from './hold.ts'
import { judge } from './judge.ts'
import { meta } from './meta.ts'
import type { AnyOperation } from './operation.ts'
import { patientEverything } from './patient-everything.ts'
import { slotHold } from './slot-hold.ts'
import { translate } from './translate.ts'
import { validate } from './validate.ts'
import { validateCode } from './validate-code.ts'

/** The operations that are served. */
export const operations: readonly AnyOperation[] = [
  book,
  claim,
  giveBackOperation,
  handOverOperation,
  everything,
  judge,
  evaluateMeasure,
  expand,
  find,
  hold,
  meta,
  patientEverything,
  slotHold,
  translate,
  validate,
  validateCode,
]
