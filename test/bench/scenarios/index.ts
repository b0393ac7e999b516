import { booking } from './booking.ts'
import { claim } from './claim.ts'
import { find } from './find.ts'
import { floorInsert, floorMllp, floorRead } from './floors.ts'
import { holdBook } from './hold-book.ts'
import { paging } from './paging.ts'
import { read } from './read.ts'
import { sas } from './sas.ts'
import type { Scenario } from './scenario.ts'
import { create } from './servicerequest-create.ts'
import { slotSearch, slotSearchInclude } from './slot-search.ts'
import { transaction } from './transaction.ts'
import { v2Intake } from './v2-intake.ts'

/** What is measured over the wire, floors first. */
export const scenarios: readonly Scenario[] = [
  floorRead,
  floorInsert,
  floorMllp,
  create,
  transaction,
  read,
  slotSearch,
  slotSearchInclude,
  paging,
  v2Intake,
  booking,
  find,
  holdBook,
  claim,
  sas,
]
