import { type Failure, failure } from '../fhir/outcome.ts'
import type { Desk } from '../flows/step.ts'
import type { ConsoleDesk } from './desk.ts'
import type { Clockwork } from './format.ts'
import type { Html } from './html.ts'
import type { Key, Say } from './messages/index.ts'
import type { Person } from './person.ts'

/** What every piece of a page may need to know. */
export interface View extends Clockwork {
  say: Say
  /** Who looks; absent before they have signed in. */
  person?: Person
  /** What forms carry. */
  formKey: string
  /** Path and query of this page. */
  path: string
  /** Told on top of the page: what was done, or why it was not. */
  notice?: Notice
}

export type Notice = { done: Key } | { failure: Failure; number: string }

/** A page as it is to be shown. */
export interface Shown {
  title: string
  body: Html
  status?: number
  /** References of what it shows, for the trail of reads. */
  references?: readonly string[]
  /** Parts of it follow the changes of these types. */
  live?: boolean
}

/** Somebody's visit to one page. */
export interface Visit {
  view: View
  person: Person
  /** What flows are carried out with, on their behalf. */
  desk: Desk
  console: ConsoleDesk
  /** Parts of the path that vary: `id`. */
  parts: Readonly<Record<string, string>>
  query: URLSearchParams
}

/** A page that is looked at. */
export interface Page {
  path: string
  show(visit: Visit): Promise<Shown>
}

/** Something that is done by sending a form. */
export interface Act {
  path: string
  /** Does it, and says where to go on, or which page to show instead. */
  perform(visit: Visit, form: FormData): Promise<Onward | Shown>
  /** The page from which it was asked: shown again with the reason when it could not be done. */
  back(visit: Visit, form: FormData): Promise<Shown>
}

/** Where to go on, and what to say there. */
export interface Onward {
  to: string
  done?: Key
  /** Id of what it was about there: who goes by keyboard goes on from it. */
  at?: string
}

/** A field of a form, without blanks around it. */
export function field(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim() : ''
}

/** The same, of one that has to be filled in. Fails: required. */
export function required(form: FormData, name: string): string {
  const value = field(form, name)
  if (value) return value
  throw failure('required', 'An answer is missing.', name)
}
