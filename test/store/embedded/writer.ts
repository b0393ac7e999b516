/** Writes to the embedded store of a folder until it is killed, and says what has been acknowledged. */
import { openStore } from '../../../src/store/index.ts'
import { create, newId, patient } from '../resources.ts'

const [dataDir = ''] = process.argv.slice(2)
const store = await openStore({ dataDir })
console.log('open')
await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (;;) {
      const id = newId()
      if (await create(store, patient(id))) console.log(id)
    }
  }),
)
