import { delayOf } from './delay.ts'

/** How soon prescribers are answered. Source: action sheet A, "réponse rapide, sous 24h". */
export const requestToAnswer = delayOf('answer', {
  name: 'request-to-answer',
  title: 'From request to answer',
  meaning:
    "Time from a request's arrival to the first answer of substance (a proposal, a question, a refusal), of requests received in the period; and the share answered in time: by the territory's rule, and by plain hours.",
})
