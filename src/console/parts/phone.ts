import { given, type Html, html } from '../html.ts'

/** A telephone number, to be called by a click; nothing where none is known. */
export const phoneLink = (phone: string | undefined): Html =>
  given(phone, (number) => html` <a class="phone" href="tel:${number}">${number}</a>`)
