import { z } from 'zod'
import { connector } from '../connector.ts'

/**
 * A centre without interface: nothing leaves by a wire and nothing comes in.
 *
 * The flow makes a Task by which somebody of the cell telephones; the answer is given on that Task.
 */
export const manual = connector(
  z.strictObject({}),
  () => ({ ways: [], publish: 'declared', pushes: false }),
  async () => ({ [Symbol.asyncDispose]: async () => {} }),
)
