import type { Context } from 'hono'
import { failure } from '../fhir/outcome.ts'
import type { ConsoleDesk } from './desk.ts'

/** The biggest form is a request taken by telephone. */
const maxFormBytes = 256 * 1024

/** The form that was sent. Fails: too-long, media-type. */
export async function formOf(c: Context, { settings }: ConsoleDesk): Promise<FormData> {
  const length = Number(c.req.header('content-length') ?? Number.NaN)
  if (!(length <= Math.min(settings.maxBodyBytes, maxFormBytes)))
    throw failure('too-long', 'The form is too long, or does not say its length.')
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(c.req.header('content-type') ?? ''))
    throw failure('media-type', 'Send the form as application/x-www-form-urlencoded.')
  return c.req.formData()
}
