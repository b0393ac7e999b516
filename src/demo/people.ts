export interface DemoDoctor {
  id: string
  family: string
  given: string
  rpps: string
  practice: 'practice' | 'practice-2' | 'practice-other'
  member: boolean
}

/** Five member doctors and one who is not; fictive RPPS numbers. */
export const doctors: readonly DemoDoctor[] = [
  {
    id: 'doctor-1',
    family: 'Exemple',
    given: 'Camille',
    rpps: '99900000011',
    practice: 'practice',
    member: true,
  },
  {
    id: 'doctor-2',
    family: 'Modèle',
    given: 'Dominique',
    rpps: '99900000029',
    practice: 'practice',
    member: true,
  },
  {
    id: 'doctor-3',
    family: 'Essai',
    given: 'Claude',
    rpps: '99900000037',
    practice: 'practice-2',
    member: true,
  },
  {
    id: 'doctor-4',
    family: 'Fictif',
    given: 'Sacha',
    rpps: '99900000045',
    practice: 'practice-2',
    member: true,
  },
  {
    id: 'doctor-5',
    family: 'Témoin',
    given: 'Maxime',
    rpps: '99900000052',
    practice: 'practice-2',
    member: true,
  },
  {
    id: 'doctor-6',
    family: 'Dehors',
    given: 'Alix',
    rpps: '99900000060',
    practice: 'practice-other',
    member: false,
  },
]

/** Somebody of the cell, who signs in to the console. */
export interface DemoPerson {
  /** The subject that the provider vouches for. */
  subject: string
  family: string
  given: string
  part: 'secretary' | 'coordinator'
  /** What they do there, for people. */
  title: string
}

/** Two secretaries and the doctor who coordinates; fictive. */
export const people: readonly DemoPerson[] = [
  { subject: 'maelys', family: 'Fictive', given: 'Maëlys', part: 'secretary', title: 'Secrétaire' },
  { subject: 'noah', family: 'Inventé', given: 'Noah', part: 'secretary', title: 'Secrétaire' },
  {
    subject: 'ines',
    family: 'Imaginaire',
    given: 'Inès',
    part: 'coordinator',
    title: 'Médecin coordonnateur',
  },
]

/** Identifiers of people, as the demo's provider names them. */
export const personSystem = 'https://relais.example/demo/person'
