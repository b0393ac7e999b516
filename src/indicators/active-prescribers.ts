import { type Indicator, populations } from './indicator.ts'

/** Doctors who made use of it. Source: action sheet A, "Nombre de médecins différents ... ayant eu recours". */
export const activePrescribers: Indicator<'requests'> = {
  name: 'active-prescribers',
  title: 'Doctors who asked',
  meaning:
    'Different doctors (RPPS) among the requesters of requests received in the period, who were members of the community on that day. One who works in two places counts once; requests that were taken back count.',
  scoring: 'cohort',
  populations: {
    'initial-population': 'All doctors who asked, members or not.',
    numerator: 'Those who were members.',
  },
  strata: [],
  over: 'requests',
  tally() {
    const [all, members] = [new Set<string>(), new Set<string>()]
    return {
      add({ rpps, isMember }) {
        if (rpps === undefined) return
        all.add(rpps)
        if (isMember) members.add(rpps)
      },
      groups: () => [
        { population: populations({ 'initial-population': all.size, numerator: members.size }) },
      ],
    }
  },
}
