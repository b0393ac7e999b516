import { Client } from 'pg'

/** A statement that went to the database, as its text. */
export interface Statements extends Disposable {
  /** Those since the last look, without what the gateway's timers ask. */
  take(): string[]
  /** What has been asked since the last look is what the gateway asks by itself: from now on it is left out. */
  leaveOut(): void
}

/** What goes on by itself: timers' leases and their looks, notices to other gateways, what sets a connection up. */
const byItself = [
  /insert into lease\b/,
  /pg_notify/,
  /^set statement_timeout/,
  /^listen /,
  /^select .* as m .*held_until/s,
  /^select .*search_appointment .*held_until/s,
  /from memory where name/,
  /search_schedule|search_organizationaffiliation/,
]

/** From now on keeps the text of each statement that this process sends to PostgreSQL. */
export function recordStatements(): Statements {
  const texts: string[] = []
  const left = new Set<string>()
  const { query } = Client.prototype
  const recording = function (this: Client, ...args: unknown[]): unknown {
    const text = textOf(args[0])
    const isOwn = text === undefined || byItself.some((own) => own.test(text)) || isTrailOfReads(args[0])
    if (!isOwn && !left.has(text)) texts.push(text)
    return Reflect.apply(query, this, args)
  }
  Client.prototype.query = recording as typeof query // the same, whatever it is handed
  return {
    take: () => texts.splice(0),
    leaveOut() {
      // What is written has few shapes, and others write in the same.
      for (const text of texts.splice(0)) if (!text.startsWith('with position')) left.add(text)
    },
    [Symbol.dispose]() {
      Client.prototype.query = query
    },
  }
}

/** Whether nothing is written but what the audit trail says of reads: that goes out by itself, once a second. */
function isTrailOfReads(asked: unknown): boolean {
  if (typeof asked !== 'object' || asked === null || !('values' in asked) || !Array.isArray(asked.values))
    return false
  const said = asked.values.map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : `${value}`))
  const written = said.flatMap((text) =>
    [...text.matchAll(/"resourceType":"(\w+)"/g)].map(([, type]) => type),
  )
  return written.length > 0 && written.every((type) => type === 'AuditEvent')
}

function textOf(asked: unknown): string | undefined {
  if (typeof asked === 'string') return asked.trim()
  if (typeof asked !== 'object' || asked === null || !('text' in asked)) return undefined
  return typeof asked.text === 'string' ? asked.text.trim() : undefined
}
