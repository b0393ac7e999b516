import { existsSync } from 'node:fs'
import axe from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

/** A Chromium of this machine: Debian's package, or another that is installed. */
const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const program = known.find((path) => existsSync(path))

/** Whether pages can be looked at here; where all has to be tested, their absence is a failure. */
export const hasBrowser = program !== undefined || process.env.CI === 'true'

export async function openBrowser(): Promise<Browser> {
  if (program === undefined) throw new Error('There is no Chromium here: install the package chromium')
  // As root its sandbox does not start; what it opens here are our own pages.
  return chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
    timeout: 120_000,
  })
}

export interface Look {
  script?: boolean
  language?: 'fr-FR' | 'en-GB'
  width?: number
}

/** A window of somebody's own, with what goes wrong in it. */
export interface Window extends AsyncDisposable {
  page: Page
  context: BrowserContext
  /** What the console of the browser complains of: errors of scripts, and what the policy forbids. */
  complaints: readonly string[]
}

export async function openWindow(browser: Browser, look: Look = {}): Promise<Window> {
  const { script = true, language = 'fr-FR', width = 1360 } = look
  const context = await browser.newContext({
    locale: language,
    timezoneId: 'America/New_York', // times are the territory's, wherever the browser is
    viewport: { width, height: 900 },
    javaScriptEnabled: script,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const complaints: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (message) => {
    if (message.type() !== 'error' || message.location().url.endsWith('/favicon.ico')) return // the provider has none
    if (!/status of 40[13]/.test(message.text())) complaints.push(message.text())
  })
  return { page, context, complaints, [Symbol.asyncDispose]: () => context.close() }
}

/** Signs in with the demo's provider, as one of its people, by the keyboard. */
export async function signIn(page: Page, baseUrl: string, who: string): Promise<void> {
  await page.goto(`${baseUrl}/console`)
  await page.getByRole('link', { name: /^(Se connecter|Sign in)$/ }).press('Enter')
  await page.getByRole('link', { name: new RegExp(who) }).press('Enter')
  await page.waitForURL(`${baseUrl}/console`)
}

/** What axe finds against WCAG 2.1 AA: rule and place, none when all is well. */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    // The library has put itself there, just above.
    const { run } = (globalThis as unknown as { axe: typeof import('axe-core') }).axe
    const { violations } = await run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
    })
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
  })
}

/** Somebody who types: the keys are pressed at once, the time that hands would take is added up. */
export class Typist {
  /** Milliseconds that it would have taken. */
  spentMs = 0
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  /** 40 words a minute. */
  async types(text: string): Promise<void> {
    await this.#page.keyboard.type(text)
    this.spentMs += 300 * text.length
  }

  async presses(key: string, times = 1): Promise<void> {
    for (let n = 0; n < times; n++) await this.#page.keyboard.press(key)
    this.spentMs += 400 * times
  }

  /** Reads, and thinks. */
  pauses(ms: number): void {
    this.spentMs += ms
  }
}
