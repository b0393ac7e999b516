import type { LinkDesk } from '../connector.ts'

/** Looks at a partner's diary, and notes how that went: what is known of its places is as old as the last good look. */
export async function looked({ clock, noteDiary }: LinkDesk, look: () => Promise<void>): Promise<void> {
  // What changes while it is being read may be missed: the diary is as old as the beginning.
  const at = clock().toISOString()
  try {
    await look()
  } catch (thrown) {
    await noteDiary({ failedAt: at })
    throw thrown
  }
  await noteDiary({ seenAt: at })
}
