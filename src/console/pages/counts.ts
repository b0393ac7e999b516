import type { MeasureReportGroup } from '@medplum/fhirtypes'
import { type Bar, bars } from '../charts.ts'
import { countOf, countsOver, delayOf, type Period, strataOf, usualPeriod } from '../counts.ts'
import { monthName, number, percent, span } from '../format.ts'
import { type Html, html } from '../html.ts'
import { isKey } from '../messages/index.ts'
import { examNamed } from '../protocol.ts'
import type { Page, View, Visit } from '../view.ts'

/** What the action sheets ask for, counted over a period. */
export const countsPage: Page = {
  path: '/counts',
  async show(visit) {
    const { view, query, desk } = visit
    const usual = usualPeriod(view.now, view.zone)
    const period = { from: query.get('from') ?? usual.from, to: query.get('to') ?? usual.to }
    const counts = await countsOver(period, desk)
    const { say } = view
    return {
      title: say('counts.title'),
      body: html`<div class="head"><h1>${say('counts.title')}</h1>${periodForm(period, view)}</div>
        ${counts ? tables(counts, visit) : html`<p class="notice failed" role="alert">${say('counts.no-period')}</p>`}`,
    }
  },
}

const periodForm = ({ from, to }: Period, { say }: View): Html =>
  html`<form method="get" action="/console/counts" class="row"><label for="from">${say('counts.from')}</label><input id="from" name="from" type="date" value="${from}">
    <label for="to">${say('counts.to')}</label><input id="to" name="to" type="date" value="${to}"><button>${say('counts.show')}</button></form>`

function tables(counts: ReadonlyMap<string, MeasureReportGroup>, visit: Visit): Html {
  const { view } = visit
  const { say } = view
  const of = (name: string) => counts.get(name) ?? {}
  const booked = of('booked-appointments')
  return html`<div class="figures">
      ${figure(say('counts.conventions'), countOf(of('active-conventions'), 'initial-population'), view)}
      ${figure(say('counts.booked'), countOf(booked, 'initial-population'), view, say('counts.cancelled', { count: countOf(booked, 'cancelled') }))}
      ${figure(say('counts.prescribers'), countOf(of('active-prescribers'), 'initial-population'), view, say('counts.members', { count: countOf(of('active-prescribers'), 'numerator') }))}
    </div>
    <div class="pairs"><section class="card">${delay('answer', of('request-to-answer'), view)}</section>
      <section class="card">${delay('exam', of('request-to-exam'), view)}</section>
      <section class="card"><h2>${say('counts.by-month')}</h2>${bars(say('counts.by-month'), [say('counts.month'), say('places.booked')], byMonth(booked, view), view)}</section>
      <section class="card"><h2>${say('counts.top')}</h2>${bars(say('counts.top'), [say('column.exam'), say('counts.requests')], top(of('top-exams'), visit), view)}</section>
      <section class="card"><h2>${say('counts.capacity')}</h2><p class="quiet">${say('counts.capacity.hint')}</p>${bars(say('counts.capacity'), [say('counts.modality'), say('counts.places')], capacity(of('capacity'), of('demand'), view), view)}</section>
    </div>`
}

const figure = (name: string, value: number, { language }: View, more?: string): Html =>
  html`<div class="card big"><strong>${number(value, language)}</strong><span>${name}</span>${more ? html`<small>${more}</small>` : ''}</div>`

function delay(name: 'answer' | 'exam', group: MeasureReportGroup, view: View): Html {
  const { say, language } = view
  const known = countOf(group, 'denominator')
  const [inTime, strict] = [countOf(group, 'numerator'), countOf(group, 'numerator-strict')]
  const [median, p90] = [delayOf(group, 'median'), delayOf(group, 'p90')]
  const share = (count: number) => (known === 0 ? '–' : percent(count / known, language))
  const lines: Bar[] = [
    {
      name: say('counts.in-time'),
      value: known,
      part: inTime,
      words: `${share(inTime)} (${number(inTime, language)}/${number(known, language)})`,
    },
    {
      name: say('counts.in-time-strict'),
      value: known,
      part: strict,
      words: `${share(strict)} (${number(strict, language)}/${number(known, language)})`,
    },
  ]
  return html`<h2>${say(`clock.${name}`)}</h2>
    <dl class="facts"><div><dt>${say('counts.median')}</dt><dd class="large">${median === undefined ? '–' : span(median, language)}</dd></div>
    <div><dt>${say('counts.p90')}</dt><dd class="large">${p90 === undefined ? '–' : span(p90, language)}</dd></div>
    <div><dt>${say('counts.open')}</dt><dd class="large">${number(countOf(group, 'denominator-exclusion'), language)}</dd></div></dl>
    ${bars(say(`clock.${name}`), [say('counts.share'), say('counts.requests')], known === 0 ? [] : lines, view)}`
}

const byMonth = (group: MeasureReportGroup, view: View): Bar[] =>
  strataOf(group, 'month').map((stratum) => ({
    name: monthName(stratum.name, view),
    value: countOf(stratum, 'initial-population'),
    part: countOf(stratum, 'numerator'),
  }))

const top = (group: MeasureReportGroup, { view, desk }: Visit): Bar[] =>
  strataOf(group, 'exam')
    .slice(0, 8)
    .map((stratum) => {
      const value = countOf(stratum, 'initial-population')
      return { name: examNamed(stratum.name, desk, view), value, part: value }
    })

/** Places offered, those taken of them, and beside them how many requests there were. */
function capacity(offered: MeasureReportGroup, wanted: MeasureReportGroup, { say, language }: View): Bar[] {
  const demand = new Map(
    strataOf(wanted, 'modality').map((one) => [one.name, countOf(one, 'initial-population')]),
  )
  const places = new Map(strataOf(offered, 'modality').map((one) => [one.name, one]))
  return [...new Set([...places.keys(), ...demand.keys()])].sort().map((name) => {
    const stratum = places.get(name)
    const [all, taken] = stratum ? [countOf(stratum, 'denominator'), countOf(stratum, 'numerator')] : [0, 0]
    const key = `modality.${name}`
    const words = say('counts.places-of', {
      taken: number(taken, language),
      all: number(all, language),
      asked: number(demand.get(name) ?? 0, language),
    })
    return { name: isKey(key) ? say(key) : name, value: all, part: taken, words }
  })
}
