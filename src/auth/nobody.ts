import type { Actor } from './actor.ts'

/** Who has shown no token, where none is needed. */
export const nobody: Actor = {
  client: '',
  name: '',
  role: 'region',
  sight: ['public', 'directory'],
  member: false,
}
