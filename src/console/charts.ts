import { number } from './format.ts'
import { type Html, html } from './html.ts'
import type { View } from './view.ts'

/** One bar: its name, what it counts, and of that a part that is told apart. */
export interface Bar {
  name: string
  value: number
  part?: number
  /** In place of the number. */
  words?: string
}

const width = 220
const height = 14

/** Numbers with bars beside them: a table, so that it can be read as well as looked at. */
export function bars(
  caption: string,
  columns: readonly [string, string],
  all: readonly Bar[],
  view: View,
): Html {
  if (all.length === 0) return html`<p class="quiet">${view.say('counts.none')}</p>`
  const most = Math.max(1, ...all.map(({ value }) => value))
  const [name, count] = columns
  return html`<table class="bars"><caption class="hidden">${caption}</caption>
    <thead><tr><th scope="col">${name}</th><th scope="col" class="figure">${count}</th><td></td></tr></thead>
    <tbody>${all.map(
      (
        bar,
      ) => html`<tr><th scope="row">${bar.name}</th><td class="figure">${bar.words ?? number(bar.value, view.language)}</td>
      <td>${drawn(bar, most)}</td></tr>`,
    )}</tbody></table>`
}

function drawn({ value, part = 0 }: Bar, most: number): Html {
  const [whole, dark] = [value, part].map((one) => Math.round((width * one) / most))
  return html`<svg class="bar" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    <rect class="ground" width="${width}" height="${height}" rx="2"/><rect class="whole" width="${whole}" height="${height}" rx="2"/><rect class="part" width="${dark}" height="${height}" rx="2"/></svg>`
}
