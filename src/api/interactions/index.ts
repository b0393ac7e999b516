import type { House } from '../house.ts'
import { operationRoutes } from '../operations/route.ts'
import { bundle } from './bundle.ts'
import { capabilities } from './capabilities.ts'
import { create } from './create.ts'
import { remove } from './delete.ts'
import { historyInstance, historySystem, historyType } from './history.ts'
import type { Interaction } from './interaction.ts'
import { read } from './read.ts'
import { searchByPost, searchType } from './search-type.ts'
import { conditionalUpdate, update } from './update.ts'
import { vread } from './vread.ts'

/** What may be asked on `/fhir`. Routes, `Allow` and `/metadata` come from this list. */
const interactions: readonly Interaction[] = [
  read,
  vread,
  update,
  remove,
  historyInstance,
  historyType,
  create,
  searchType,
  searchByPost,
  conditionalUpdate,
  bundle,
  historySystem,
  ...operationRoutes,
]

export const interactionsOf = (house: House): readonly Interaction[] => [
  ...interactions,
  capabilities(interactions, house),
]
