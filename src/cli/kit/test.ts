import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { connectors as kinds } from '../../connectors/index.ts'
import { loadRules } from '../../gateway/rules.ts'
import { connectorFileIn } from '../../territory/read.ts'
import { command, WrongUse, wholeNumber } from '../command.ts'
import { mapsBeside } from '../maps-beside.ts'
import { type Check, tryContract } from './contract.ts'

export const kitTest = command({
  usage: '<connector.json> [--start <instant>] [--minutes <n>] [--modality <code>]',
  says: `Tries the contract on a radiology system, by the connector's file: books, books again, orders, cancels.
It books a place for a fictive patient, and cancels it: name a system of test. Maps are read from maps/ beside the file,
or beside its folder. Start, minutes, modality: the place that is asked for, where there is no diary that is read; tomorrow
at this hour, 20, US unless said. Fails when something that it tries is not done; what the
sheet promises and it cannot try is named.`,
  options: { start: { type: 'string' }, minutes: { type: 'string' }, modality: { type: 'string' } },
  words: [1, 1],
  async run({ words: [path = ''], options }) {
    const file = connectorFileIn({ path: basename(path), text: await readFile(path, 'utf8') }, kinds)
    const rules = await loadRules(await mapsBeside(path))
    const checks = await tryContract(file, trialOf(options), rules)
    const isDone = checks.every(({ end }) => end !== 'failed')
    return {
      text: [...checks.map(lineOf), isDone ? 'The contract is kept.' : 'The contract is not kept.'].join(
        '\n',
      ),
      value: { checks },
      code: isDone ? 0 : 1,
    }
  },
})

const marks = { passed: 'ok     ', failed: 'FAILED ', skipped: '-      ' }
const lineOf = ({ name, end, told }: Check) => `${marks[end]}${name}${told ? `: ${told}` : ''}`

function trialOf({
  start,
  minutes,
  modality = 'US',
}: {
  start?: string
  minutes?: string
  modality?: string
}) {
  const at = start ?? new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 86_400_000).toISOString()
  if (Number.isNaN(Date.parse(at))) throw new WrongUse(`--start is an instant, not "${at}".`)
  return { start: at, minutes: wholeNumber('minutes', minutes, 20), modality }
}
