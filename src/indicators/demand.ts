import { Counts, type Indicator, populations } from './indicator.ts'

/** What is asked for, by modality. Source: action sheet B, "Plus de demandes que de créneaux disponibles, notamment pour les IRM". */
export const demand: Indicator<'requests'> = {
  name: 'demand',
  title: 'Demand by modality',
  meaning:
    'Requests received in the period by modality, those taken back left out. Beside it stands `capacity`, of the same period.',
  scoring: 'cohort',
  populations: { 'initial-population': 'Requests that were not taken back.' },
  strata: ['modality'],
  over: 'requests',
  tally() {
    const wanted = new Counts()
    const count = (number: number) => populations({ 'initial-population': number })
    return {
      add({ modalities, ended }) {
        if (ended !== 'withdrawn') wanted.add(modalities[0] ?? 'unknown')
      },
      groups: () => [
        {
          population: count(wanted.total),
          stratifier: [
            {
              code: [{ text: 'modality' }],
              stratum: wanted.names.map((name) => ({
                value: { text: name },
                population: count(wanted.of(name)),
              })),
            },
          ],
        },
      ],
    }
  },
}
