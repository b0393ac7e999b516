import { main } from '../main.ts'
import { command } from './command.ts'

export const start = command({
  usage: '',
  says: 'Runs the gateway until it is told to stop, as `npm start` does.\nIts settings are the environment: see the table in the README.',
  words: [0, 0],
  async run({ environment }) {
    const code = await main(environment)
    return { text: '', value: { code }, code: code === 0 || code === 2 ? code : 1 }
  },
})
