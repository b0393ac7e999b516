import { type Fault, fault } from './check.ts'

const elements = new Set(
  (
    'a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 ' +
    'hr i img li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var'
  ).split(' '),
)

const attributes = new Set(
  (
    'abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff ' +
    'charset cite class colspan compact coords dir frame headers height href hreflang hspace id lang longdesc ' +
    'name nowrap rel rev rowspan rules scope shape span src start style summary tabindex title type valign ' +
    'value vspace width xml:lang xmlns'
  ).split(' '),
)

const hollow = fault('invariant', 'The narrative says nothing (txt-2): write a text, or leave it out.')
const unsafe = fault(
  'invariant',
  'The narrative holds more than basic formatting (txt-1): no scripts, forms, events or comments to a parser.',
)
const notDiv = fault('structure', 'A narrative is one XHTML <div>, with every element closed.')

/**
 * What is wrong with the XHTML of a narrative: unclosed, active, or empty.
 *
 * Source: FHIR R4 2.4, https://hl7.org/fhir/R4/narrative.html, invariants txt-1 and txt-2.
 */
export function narrativeFault(xhtml: string): Fault | undefined {
  const open: string[] = []
  let says = false
  let at = 0
  for (const tag of xhtml.trim().matchAll(/<(\/?)([^\s/>]+)((?:[^>"']|"[^"]*"|'[^']*')*?)(\/?)>|[^<]+|</g)) {
    const [all, closing, name, rest, selfClosing] = tag
    if (open.length === 0 && (at > 0 || name !== 'div' || closing)) return notDiv
    at += all.length
    if (name === undefined) {
      if (all === '<') return notDiv
      if (all.trim().length > 0) says = true
    } else if (closing) {
      if (open.pop() !== name) return notDiv
    } else {
      if (!elements.has(name) || !areSafe(rest ?? '')) return unsafe
      if (name === 'img') says = true
      if (!selfClosing) open.push(name)
    }
  }
  if (open.length > 0 || at === 0) return notDiv
  return says ? undefined : hollow
}

function areSafe(source: string): boolean {
  for (const [, name = '', value = ''] of source.matchAll(/([^\s=]+)(?:\s*=\s*("[^"]*"|'[^']*'|\S+))?/g)) {
    if (!attributes.has(name)) return false
    if (/^["']?\s*(?:javascript|vbscript|data:text)/i.test(value)) return false
  }
  return true
}
