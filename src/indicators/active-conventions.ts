import { type Indicator, populations } from './indicator.ts'

/** Partnerships with imaging centres. Source: action sheet A, "Nombre de partenariat conclu avec les centres d'imagerie". */
export const activeConventions: Indicator<'conventions'> = {
  name: 'active-conventions',
  title: 'Partner centres',
  meaning:
    'Centres with a convention of the community that is in force on at least one day of the period. A centre with several counts once; the last day of a convention belongs to it.',
  scoring: 'cohort',
  populations: { 'initial-population': 'Centres with a convention in force.' },
  strata: [],
  over: 'conventions',
  tally() {
    const centres = new Set<string>()
    return {
      add: ({ centre }) => void centres.add(centre),
      groups: () => [{ population: populations({ 'initial-population': centres.size }) }],
    }
  },
}
