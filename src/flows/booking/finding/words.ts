import type { CodeableConcept, Extension } from '@medplum/fhirtypes'
import { extensions, systems } from '../../../fhir/canonical.ts'
import type { Rank } from './rank.ts'

/** Why a proposal ranks where it does: codes of `CodeSystem/rank-reason`. */
export type Reason =
  | 'in-window'
  | 'out-of-window'
  | 'reserved'
  | 'open'
  | 'earliest'
  | 'near'
  | 'visit-adjacent'
  | 'visit-same-day'
  | 'visit-split'
  | 'visit-incomplete'
  | 'not-fresh'

const words: Readonly<Record<Reason, { en: string; fr: string }>> = {
  'in-window': { en: 'within the clinical window', fr: 'dans le délai clinique' },
  'out-of-window': { en: 'outside the clinical window', fr: 'hors du délai clinique' },
  reserved: { en: 'reserved for you', fr: 'créneau qui vous est réservé' },
  open: { en: 'open to everybody', fr: 'créneau ouvert à tous' },
  earliest: { en: 'then by its time', fr: 'puis par date' },
  near: { en: 'about {km} km from the patient’s commune', fr: 'à environ {km} km de la commune du patient' },
  'visit-adjacent': {
    en: 'both exams one after the other',
    fr: 'les deux examens à la suite',
  },
  'visit-same-day': {
    en: 'both exams on one day at one centre, with time between them',
    fr: 'les deux examens le même jour au même centre, avec une attente',
  },
  'visit-split': {
    en: 'the exams of the visit are split: not on one day at one centre',
    fr: 'visite scindée : les examens ne sont pas le même jour au même centre',
  },
  'visit-incomplete': {
    en: 'the other exam of the visit finds no place beside it',
    fr: 'l’autre examen de la visite ne trouve pas de place à côté',
  },
  'not-fresh': {
    en: 'the centre’s diary could not be read lately: to be confirmed',
    fr: 'l’agenda du centre n’a pas pu être lu récemment : à confirmer',
  },
}

/** The reasons of a rank, and others. */
export function reasonsOf(rank: Rank, others: readonly Reason[]): Reason[] {
  return [
    rank.inWindow ? 'in-window' : 'out-of-window',
    rank.reserved ? 'reserved' : 'open',
    'earliest',
    ...(Number.isFinite(rank.distanceKm) ? (['near'] as const) : []),
    ...others,
  ]
}

/** What is said of a proposal's place in the list: a sentence in English, with its French translation, and the codes. */
export function told(place: number, rank: Rank, reasons: readonly Reason[]): Extension[] {
  const say = (language: 'en' | 'fr') =>
    reasons
      .map((reason) => words[reason][language].replace('{km}', String(Math.round(rank.distanceKm))))
      .join(language === 'en' ? '; ' : ' ; ')
  return [
    {
      url: extensions.rank,
      valueString: `${place}: ${say('en')}`,
      _valueString: { extension: [inFrench(`${place} : ${say('fr')}`)] },
    } as Extension, // a primitive with an extension, which the type does not name
    ...reasons.map((reason) => ({ url: extensions.rankReason, valueCodeableConcept: conceptOf(reason) })),
  ]
}

/** Source: FHIR R4, extension translation. */
const inFrench = (content: string): Extension => ({
  url: 'http://hl7.org/fhir/StructureDefinition/translation',
  extension: [
    { url: 'lang', valueCode: 'fr' },
    { url: 'content', valueString: content },
  ],
})

const conceptOf = (code: Reason): CodeableConcept => ({
  coding: [{ system: systems.rankReason, code, display: words[code].en.replace(' {km} km', '') }],
  text: words[code].fr.replace(' {km} km', ''),
})
