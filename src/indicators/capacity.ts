import { type Indicator, populations } from './indicator.ts'

/** What is offered, by modality. Source: action sheet B, "créneaux disponibles". */
export const capacity: Indicator<'slots'> = {
  name: 'capacity',
  title: 'Places by modality',
  meaning:
    'Places of slots that begin in the period and are offered, by modality, and those of them that are taken. A slot for several patients counts as often; one for two modalities counts under the first.',
  scoring: 'proportion',
  populations: { denominator: 'Places offered.', numerator: 'Places taken.' },
  strata: ['modality'],
  over: 'slots',
  tally() {
    const places = new Map<string, { offered: number; taken: number }>()
    const group = ({ offered, taken }: { offered: number; taken: number }) => ({
      population: populations({ denominator: offered, numerator: taken }),
      ...(offered > 0 && { measureScore: { value: taken / offered } }),
    })
    return {
      add({ modalities, capacity, taken }) {
        const name = modalities[0] ?? 'unknown'
        const known = places.get(name) ?? { offered: 0, taken: 0 }
        places.set(name, { offered: known.offered + capacity, taken: known.taken + taken })
      },
      groups: () => [
        {
          ...group(
            [...places.values()].reduce(
              (sum, one) => ({ offered: sum.offered + one.offered, taken: sum.taken + one.taken }),
              { offered: 0, taken: 0 },
            ),
          ),
          stratifier: [
            {
              code: [{ text: 'modality' }],
              stratum: [...places]
                .sort(([a], [b]) => (a < b ? -1 : 1))
                .map(([name, counts]) => ({ value: { text: name }, ...group(counts) })),
            },
          ],
        },
      ],
    }
  },
}
