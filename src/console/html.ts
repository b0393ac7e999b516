import { html } from 'hono/html'

export { html, raw } from 'hono/html'

/** A piece of a page. What is put into one is escaped, unless it is one itself. */
export type Html = ReturnType<typeof html>

export const nothing = html``

/** A piece when there is something to show, else nothing. */
export function given<T>(value: T | undefined | null | '' | false, show: (value: T) => Html): Html {
  return value === undefined || value === null || value === '' || value === false ? nothing : show(value)
}
