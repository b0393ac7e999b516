import type { Step } from '../step.ts'

/** Word of an order, such as that it was cancelled as requested: it is kept, and no order is made of it. */
export const noticed: Step<unknown, undefined> = {
  name: 'referral.noticed',
  facts: async () => undefined,
  decide: () => ({ filtered: 'By its ORC-1 it tells of an order, and is none.' }),
}
