import { dayIn } from '../fhir/zone.ts'
import { Counts, type Indicator, populations } from './indicator.ts'

/** Appointments by the month they were booked in. Source: action sheet A, "Nombre de RDV pris/mois dans l'annuaire partagé". */
export const bookedAppointments: Indicator<'bookings'> = {
  name: 'booked-appointments',
  title: 'Appointments booked',
  meaning:
    "Appointments that a centre first said yes to in the period, by the month of that yes in the territory's zone. Those cancelled since are told apart, and are not in the numerator.",
  scoring: 'cohort',
  populations: {
    'initial-population': 'All that were booked.',
    numerator: 'Those that stand, or were kept.',
    cancelled: 'Those cancelled since.',
  },
  strata: ['month'],
  over: 'bookings',
  tally(_, { zone }) {
    const [all, cancelled] = [new Counts(), new Counts()]
    const counts = (booked: number, lost: number) =>
      populations({ 'initial-population': booked, numerator: booked - lost, cancelled: lost })
    return {
      add({ bookedAt, isCancelled }) {
        const month = dayIn(zone, bookedAt).slice(0, 7)
        all.add(month)
        if (isCancelled) cancelled.add(month)
      },
      groups: () => [
        {
          population: counts(all.total, cancelled.total),
          stratifier: [
            {
              code: [{ text: 'month' }],
              stratum: all.names.map((month) => ({
                value: { text: month },
                population: counts(all.of(month), cancelled.of(month)),
              })),
            },
          ],
        },
      ],
    }
  },
}
