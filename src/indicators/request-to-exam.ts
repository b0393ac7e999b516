import { delayOf } from './delay.ts'

/** How soon patients are examined. Source: action sheet B, "dans un délai de 48h". */
export const requestToExam = delayOf('exam', {
  name: 'request-to-exam',
  title: 'From request to exam',
  meaning:
    "Time from a request's arrival to the start of the exam that is booked or was kept, of requests received in the period; and the share in time: by the territory's rule, and by plain hours.",
})
