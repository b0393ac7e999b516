import { Counts, type Indicator, populations } from './indicator.ts'

const most = 20

/** What is asked for most. Source: action sheet B, "TOP 3 des demandes". */
export const topExams: Indicator<'requests'> = {
  name: 'top-exams',
  title: 'Exams asked for most',
  meaning: `Requests received in the period by exam, the ${most} most frequent first; requests that were taken back count.`,
  scoring: 'cohort',
  populations: { 'initial-population': 'Requests received in the period.' },
  strata: ['exam'],
  over: 'requests',
  tally() {
    const exams = new Counts()
    const count = (number: number) => populations({ 'initial-population': number })
    return {
      add: ({ examName = 'unknown' }) => exams.add(examName),
      groups: () => [
        {
          population: count(exams.total),
          stratifier: [
            {
              code: [{ text: 'exam' }],
              stratum: exams
                .largest(most)
                .map(([exam, number]) => ({ value: { text: exam }, population: count(number) })),
            },
          ],
        },
      ],
    }
  },
}
