import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Connection string of the PostgreSQL that a gateway runs in a data folder, for another process of the same user;
 * undefined when none runs there.
 *
 * Source: PostgreSQL, postmaster.pid: process, data folder, start, port, folder of the socket, …
 */
export async function runningEmbedded(dataDir: string): Promise<string | undefined> {
  const note = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '')
  const [, , , port, socket] = note.split('\n')
  if (!port || !socket) return undefined
  return `postgresql://postgres@localhost:${port}/postgres?host=${encodeURIComponent(socket)}`
}
