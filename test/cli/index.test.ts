import { expect, test } from 'vitest'
import { commands } from '../../src/cli/index.ts'
import { run } from './support.ts'

test('a command that there is not is answered with the nearest one', async () => {
  expect(await run(['mesages'])).toEqual({
    code: 2,
    out: '',
    error: 'There is no command "mesages"; did you mean "messages"?\n',
  })
  expect((await run(['clients', 'list'])).error).toContain('"client list"')
  expect((await run(['toString'])).code).toBe(2)
})

test('without a command, all are listed', async () => {
  const { code, out } = await run(['--help'])
  expect(code).toBe(0)
  for (const name of Object.keys(commands)) expect(out).toContain(`\n  ${name} `)
  expect(await run([])).toMatchObject({ code: 2, out: '', error: out })
})

test('the first word of several commands lists those', async () => {
  const { code, error } = await run(['client'])
  expect(code).toBe(2)
  expect(error.trim().split('\n')).toHaveLength(5)
  expect((await run(['client', '--help'])).code).toBe(0)
})

test.each(Object.keys(commands))(
  '%s says how it is used, and is not done when used otherwise',
  async (name) => {
    const help = await run([...name.split(' '), '--help'])
    expect(help).toMatchObject({ code: 0, error: '', out: expect.stringContaining(`Usage: relais ${name}`) })
    const wrong = await run([...name.split(' '), '--no-such-option'])
    expect(wrong).toMatchObject({ code: 2, out: '' })
    expect(wrong.error).toContain(`Usage: relais ${name}`)
    expect((await run([...name.split(' '), 'a', 'b', 'c', 'd'])).code).toBe(2)
  },
)

test('with --json, what is wrong is JSON too', async () => {
  const { code, out } = await run(['replay', 'nonsense', '--json'])
  expect(code).toBe(2)
  expect(JSON.parse(out)).toEqual({ faults: [{ place: '', text: '"nonsense" is no row: it is a UUID.' }] })
})

test('settings that cannot be read are wrong use, all of them told', async () => {
  const { code, error } = await run(['messages'], { RELAIS_PROT: '1', RELAIS_PORT: 'x' })
  expect(code).toBe(2)
  expect(error).toMatch(/RELAIS_PROT is no setting; did you mean RELAIS_PORT\?/)
  expect(error.trim().split('\n')).toHaveLength(2)
})

test('where no store is, none is made', async () => {
  const { code, error } = await run(['messages'], { RELAIS_DATA_DIR: '/nonexistent/relais' })
  expect(code).toBe(1)
  expect(error).toMatch(/no store in \/nonexistent\/relais/)
})
