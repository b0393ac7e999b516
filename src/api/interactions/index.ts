import { servedTypes } from '../../fhir/served.ts'
import type { Base } from '../base.ts'
import { operations } from '../operations/index.ts'
import { operationRoutesOf } from '../operations/route.ts'
import { bundle } from './bundle.ts'
import { create } from './create.ts'
import { conditionalDelete, remove } from './delete.ts'
import { historyInstance, historySystem, historyType } from './history.ts'
import type { Interaction } from './interaction.ts'
import { conditionalPatch, patch } from './patch.ts'
import { read } from './read.ts'
import { searchSystem, searchSystemByPost } from './search-system.ts'
import { searchByPost, searchType } from './search-type.ts'
import { conditionalUpdate, update } from './update.ts'
import { vread } from './vread.ts'

/** What may be asked on `/fhir`. Routes, `Allow` and `/metadata` come from this list. */
const interactions: readonly Interaction[] = [
  read,
  vread,
  update,
  patch,
  remove,
  historyInstance,
  historyType,
  create,
  searchType,
  searchByPost,
  conditionalUpdate,
  conditionalPatch,
  conditionalDelete,
  bundle,
  historySystem,
  searchSystem,
  searchSystemByPost,
  ...operationRoutesOf(operations),
]

/** The base that is strict, and gives resources in the form in which they are kept. */
export const strict: Base = {
  path: '/fhir',
  name: 'Relais',
  title: 'Relais, gateway for non-scheduled medical imaging',
  interactions,
  operations,
  types: servedTypes,
  contained: true,
}
