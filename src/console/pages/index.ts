import type { Act, Page } from '../view.ts'
import { tellCancellation } from './cancellations.ts'
import { centresPage } from './centres.ts'
import { countsPage } from './counts.ts'
import { dayPage, noticeDay } from './day.ts'
import { newPage, takeCall } from './new.ts'
import { requestPage } from './request.ts'
import { requestActs } from './request-acts.ts'
import { searchPage, searchPatients } from './search.ts'
import { answerCall, waitingPage } from './waiting.ts'
import { worklistPage } from './worklist.ts'

/** What can be looked at, by path under `/console`. */
export const pages: readonly Page[] = [
  worklistPage,
  searchPage,
  newPage,
  requestPage,
  waitingPage,
  centresPage,
  dayPage,
  countsPage,
]

/** What can be done by sending a form, by path under `/console`. */
export const acts: readonly Act[] = [
  searchPatients,
  takeCall,
  ...requestActs,
  answerCall,
  noticeDay,
  tellCancellation,
]
