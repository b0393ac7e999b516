import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig, settingsTable } from '../src/config.ts'

const problemsOf = (environment: NodeJS.ProcessEnv): readonly string[] => {
  try {
    readConfig(environment)
    return []
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.problems
    throw thrown
  }
}

describe('settings', () => {
  test('an unset environment gives the defaults of the contract', () => {
    expect(readConfig({})).toMatchObject({
      RELAIS_HOST: '127.0.0.1',
      RELAIS_PORT: 8080,
      RELAIS_MLLP_PORT: 2575,
      RELAIS_DATA_DIR: './data',
      RELAIS_BOOK_WAIT_MS: 5000,
      RELAIS_LOG_LEVEL: 'info',
    })
  })

  test('an unknown name is refused, and the nearest known one is named', () => {
    expect(problemsOf({ RELAIS_PROT: '1' })).toEqual(['RELAIS_PROT is no setting; did you mean RELAIS_PORT?'])
  })

  test('all that is wrong is told at once', () => {
    const problems = problemsOf({
      RELAIS_PORT: 'eighty',
      RELAIS_BASE_URL: 'nowhere',
      RELAIS_TLS_CERT: 'c.pem',
    })
    expect(problems).toHaveLength(3)
    expect(problems.join()).toMatch(/RELAIS_PORT.*RELAIS_BASE_URL.*RELAIS_TLS_CERT/)
  })

  test('an empty MLLP port switches the listener off', () => {
    expect(readConfig({ RELAIS_MLLP_PORT: '' }).RELAIS_MLLP_PORT).toBeNull()
  })

  test('the README shows every setting as the code has it', () => {
    expect(readFileSync('README.md', 'utf8')).toContain(settingsTable())
  })
})
