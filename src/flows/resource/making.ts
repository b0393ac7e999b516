import type { Asked, Target } from './change.ts'

/**
 * What is being made by a condition in this process. Who finds nothing by the same condition meanwhile waits, and looks
 * again, in place of making all of it in vain: the store would refuse the second. Who finds something waits for nobody.
 */
export interface Making {
  /** When none of these is being made any more. */
  over(conditions: readonly string[]): Promise<void>
  /** These are being made until it is disposed of; undefined when another is making one of them. */
  begin(conditions: readonly string[]): Disposable | undefined
}

export function openMaking(): Making {
  const underWay = new Map<string, Promise<void>>()
  return {
    async over(conditions) {
      for (;;) {
        const others = conditions.flatMap((condition) => underWay.get(condition) ?? [])
        if (others.length === 0) return
        await Promise.all(others)
      }
    },
    begin(conditions) {
      if (conditions.some((condition) => underWay.has(condition))) return undefined
      const { promise, resolve } = Promise.withResolvers<void>()
      for (const condition of conditions) underWay.set(condition, promise)
      return {
        [Symbol.dispose]() {
          for (const condition of conditions) underWay.delete(condition)
          resolve()
        },
      }
    },
  }
}

/** The conditions by which something may be made. */
export const conditionsIn = (asked: readonly Asked[]): string[] => asked.flatMap((each) => conditionOf(each))

/** Those by which something is made, since nothing fitted. */
export const unmetIn = (asked: readonly Asked[], targets: readonly Target[]): string[] =>
  asked.flatMap((each, index) => (targets[index]?.verb === 'create' ? conditionOf(each) : []))

function conditionOf(asked: Asked): string[] {
  if (asked.verb === 'create')
    return asked.ifNoneExist === undefined ? [] : [`${asked.type}?${asked.ifNoneExist}`]
  return asked.verb === 'update' && 'query' in asked.target ? [`${asked.type}?${asked.target.query}`] : []
}
