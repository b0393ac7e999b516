import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ConfigError, publicUrl, readConfig, settingsTable } from '../src/config.ts'

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

  test('any other empty value is as good as none', () => {
    const empty = { RELAIS_ADMIN_PORT: '', RELAIS_PORT: '', RELAIS_BOOK_WAIT_MS: '', RELAIS_DATABASE_URL: '' }
    expect(readConfig(empty)).toEqual(readConfig({}))
  })

  test.each([
    [{}, 'http://127.0.0.1:80'],
    [{ RELAIS_HOST: '0.0.0.0' }, 'http://localhost:80'],
    [{ RELAIS_HOST: '::' }, 'http://localhost:80'],
    [{ RELAIS_HOST: '::1' }, 'http://[::1]:80'],
    [
      { RELAIS_TLS_CERT: 'c', RELAIS_TLS_KEY: 'k', RELAIS_HOST: 'relais.example.org' },
      'https://relais.example.org:80',
    ],
    [
      { RELAIS_HOST: '0.0.0.0', RELAIS_BASE_URL: 'https://relais.example.org/' },
      'https://relais.example.org',
    ],
  ])('links of %j begin with %s', (environment, url) => {
    expect(publicUrl(readConfig(environment), 80)).toBe(url)
  })

  test('the README shows every setting as the code has it', () => {
    expect(readFileSync('README.md', 'utf8')).toContain(settingsTable())
  })
})
