import type { Taken } from './partners.ts'
import { markOf, receiverOf } from './senders.ts'

/** All that is known at the end of a proof. */
export interface Seen {
  /** Control ids that were acknowledged. */
  acknowledged: ReadonlySet<string>
  /** Messages that came in: their rows, each with its control id and what became of it. */
  arrivals: readonly { id: string; status: string }[]
  /** Comments as they are kept: one line each. */
  comments: readonly string[]
  /** What left, or has to: by mark. */
  departures: readonly { mark: string; peer: string; status: string; isHeld: boolean; replayed: boolean }[]
  /** What each partner has got, in the order of the practices. */
  partners: readonly { name: string; taken: ReadonlyMap<string, Pick<Taken, 'at' | 'ids' | 'digests'>> }[]
  /** Exit codes of gateways that were told to stop. */
  exits: readonly (number | null)[]
  /** The highest memory of any gateway in the first and in the second half, in MB. */
  memory: readonly [number, number] | undefined
}

/** What is promised. */
export const rules = {
  stored: 'what was acknowledged is kept, and has been carried out',
  'one-effect': 'a message that came several times has one effect',
  'one-end': 'everything that was to leave is in one final state, and in nobody’s hand',
  delivered: 'what has left has been taken by its receiver, and nothing else was',
  'one-id': 'a message has the same id and the same bytes on each try',
  order: 'a receiver gets what is told of one subject in the order in which it was told',
  exit: 'a gateway that is told to stop ends with 0',
  memory: 'memory is flat: the second half needs no more than a quarter more than the first, and 50 MB',
} as const

export interface Breach {
  rule: keyof typeof rules
  about: string
  text: string
}

const final = ['sent', 'dead', 'parked', 'cancelled']

/** What was promised and has not been kept. */
export function check(seen: Seen): Breach[] {
  return [
    ...stored(seen),
    ...oneEffect(seen),
    ...oneEnd(seen),
    ...delivered(seen),
    ...oneId(seen),
    ...order(seen),
    ...exits(seen),
    ...memory(seen),
  ]
}

function stored({ acknowledged, arrivals }: Seen): Breach[] {
  const done = new Set(arrivals.filter(({ status }) => status === 'transformed').map(({ id }) => id))
  return [...acknowledged]
    .filter((id) => !done.has(id))
    .map((about) => ({ rule: 'stored', about, text: 'acknowledged, and not carried out' }))
}

/** One row that was carried out a control id, one Communication and one departure a comment. */
function oneEffect({ arrivals, comments, departures, acknowledged }: Seen): Breach[] {
  const rows = counted(arrivals.filter(({ status }) => status === 'transformed').map(({ id }) => id))
  const kept = counted(comments)
  const told = counted(departures.map(({ mark }) => mark))
  const marks = [...acknowledged].flatMap((id) => markOf(id) ?? [])
  return [
    ...[...rows]
      .filter(([, n]) => n > 1)
      .map(([about, n]) => breach('one-effect', about, `carried out ${n} times`)),
    ...marks
      .filter((mark) => kept.get(mark) !== 1)
      .map((mark) => breach('one-effect', mark, `${kept.get(mark) ?? 0} Communications`)),
    ...marks
      .filter((mark) => told.get(mark) !== 1)
      .map((mark) => breach('one-effect', mark, `${told.get(mark) ?? 0} departures`)),
  ]
}

const oneEnd = ({ departures }: Seen): Breach[] =>
  departures
    .filter(({ status, isHeld }) => isHeld || !final.includes(status))
    .map(({ mark, status, isHeld }) => breach('one-end', mark, isHeld ? 'in somebody’s hand' : status))

function delivered({ departures, partners }: Seen): Breach[] {
  const sent = new Set(departures.filter(({ status }) => status === 'sent').map(({ mark }) => mark))
  const got = partners.map(({ taken }) => taken)
  return [
    ...[...sent]
      .filter((mark) => !got[receiverOf(mark)]?.has(mark))
      .map((mark) => breach('delivered', mark, 'sent, and its receiver does not have it')),
    ...partners.flatMap(({ name, taken }, n) =>
      [...taken.keys()]
        .filter((mark) => receiverOf(mark) !== n || !sent.has(mark))
        .map((mark) => breach('delivered', mark, `${name} has it, and it is not sent to it`)),
    ),
  ]
}

const oneId = ({ partners }: Seen): Breach[] =>
  partners.flatMap(({ name, taken }) =>
    [...taken]
      .filter(([, { ids, digests }]) => ids.size !== 1 || digests.size !== 1)
      .map(([mark, { ids, digests }]) =>
        breach('one-id', mark, `${name} got it with ${ids.size} ids and as ${digests.size} texts`),
      ),
  )

/** What was given up, and replayed by a person, comes later than what followed it. */
function order({ partners, departures }: Seen): Breach[] {
  const replayed = new Set(departures.filter((one) => one.replayed).map(({ mark }) => mark))
  return partners.flatMap(({ name, taken }) => {
    const bySubject = Map.groupBy(
      [...taken].filter(([mark]) => !replayed.has(mark)),
      ([mark]) => mark.split('#')[0] ?? '',
    )
    return [...bySubject].flatMap(([subject, all]) => {
      const got = all.sort(([, a], [, b]) => a.at - b.at).map(([mark]) => Number(mark.split('#')[1]))
      const isInOrder = got.every((n, at) => at === 0 || n > (got[at - 1] ?? 0))
      return isInOrder ? [] : [breach('order', subject, `${name} got ${got.join(' ')}`)]
    })
  })
}

const exits = ({ exits }: Seen): Breach[] =>
  exits.filter((code) => code !== 0).map((code) => breach('exit', 'a gateway', `ended with ${code}`))

const memory = ({ memory }: Seen): Breach[] =>
  memory && memory[1] > memory[0] * 1.25 + 50
    ? [breach('memory', 'a gateway', `${memory.map(Math.round).join(' MB, then ')} MB`)]
    : []

const breach = (rule: Breach['rule'], about: string, text: string): Breach => ({ rule, about, text })

function counted(all: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1)
  return counts
}
