import { z } from 'zod'

const text = (most: number) => z.string().trim().min(1).max(most)
const number = (pattern: RegExp, what: string) => z.string().regex(pattern, what)

const code = z.strictObject({
  system: z.url().describe('Code system: LOINC, CCAM, SNOMED CT, CIM-10, or the sender’s own'),
  code: text(64),
  text: text(500).optional().describe('What people read'),
})

const patient = z.strictObject({
  ins: number(/^[0-9]{5}[0-9AB][0-9]{9}$/, 'An INS is 13 characters and its key of 2 digits.')
    .optional()
    .describe('INS matricule with its key; only of a qualified identity'),
  insType: z.enum(['NIR', 'NIA', 'NIR-TEST', 'NIR-DEMO']).default('NIR'),
  insStatus: z
    .enum(['VIDE', 'PROV', 'VALI'])
    .optional()
    .describe('Identity status; VALI is qualified and needs `ins`'),
  familyName: text(100).describe('Family name at birth'),
  givenName: text(100).describe('First given name at birth'),
  usedName: text(100).optional().describe('Family name in use, when another'),
  birthDate: z.iso.date(),
  sex: z.enum(['female', 'male', 'unknown']),
  phone: text(40).optional(),
  communeInsee: number(/^[0-9][0-9AB][0-9]{3}$/, 'An INSEE code has 5 characters.')
    .optional()
    .describe('INSEE code of the commune the patient lives in'),
  city: text(100).optional(),
})

const prescriber = z.strictObject({
  rpps: number(/^[0-9]{11}$/, 'An RPPS number has 11 digits.'),
  name: text(200).optional(),
  organisation: z
    .strictObject({
      finess: number(/^[0-9AB]{9}$/, 'A FINESS number has 9 characters.').optional(),
      name: text(200).optional(),
    })
    .optional(),
})

const exam = z
  .strictObject({
    code: code.optional().describe('An exam of the catalogue, or a LOINC, CCAM or SNOMED CT code'),
    text: text(500).optional(),
    modality: z.enum(['US', 'MG', 'CT', 'MR', 'DX', 'NM', 'PT', 'XA', 'OT']).optional().describe('DICOM'),
    region: text(200).optional().describe('Part of the body, in words'),
    contrast: z.enum(['with', 'without', 'either']).optional(),
    laterality: z.enum(['left', 'right', 'bilateral']).optional(),
  })
  .refine(
    ({ code, text, modality, region }) => code || text || (modality && region),
    'An exam is named by a code, a text, or a modality and a region.',
  )

const answer = z.strictObject({
  question: text(64).describe('Code of the question: LOINC (`82810-3` pregnancy), or of the entry protocol'),
  answer: z.union([z.enum(['yes', 'no', 'unknown']), z.number(), text(1000)]),
  unit: text(20).optional().describe('UCUM, when the answer is a number'),
  text: text(500).optional().describe('The question as it was asked'),
})

/**
 * `POST /intake/referrals`, version 1: a referral as plain JSON, from software that speaks neither HL7 v2 nor FHIR,
 * or from the secretary who takes a call.
 *
 * What is optional and missing is flagged on the request; it never loses a referral. A change that breaks a sender
 * is version 2, with a schema and a map of its own (`mappings/intake-1-to-ServiceRequest.map`).
 */
export const intake1 = z
  .strictObject({
    version: z.literal(1),
    placerOrderNumber: text(100).describe('The sender’s own number of the request, never used twice'),
    patient,
    prescriber,
    treatingDoctor: z
      .strictObject({
        rpps: number(/^[0-9]{11}$/, 'An RPPS number has 11 digits.'),
        name: text(200).optional(),
      })
      .optional()
      .describe(
        'The patient’s treating doctor (médecin traitant), who gets a copy of answers; not said when refused',
      ),
    exam,
    reason: z
      .strictObject({ text: text(2000), code: code.optional() })
      .describe('Why: indication, circumstances'),
    purpose: text(2000).optional().describe('What the exam is to find out (finalité)'),
    justification: text(2000).optional().describe('Why this exam (justification)'),
    priority: z.enum(['routine', 'urgent', 'asap', 'stat']).optional(),
    urgencyReason: text(1000).optional(),
    desiredBy: z
      .union([z.iso.date(), z.iso.datetime({ offset: true })])
      .optional()
      .describe('The exam is wanted by then'),
    answers: z.array(answer).max(100).default([]),
    note: text(4000).optional(),
    callback: text(40).optional().describe('Telephone number for questions'),
  })
  .refine(({ patient }) => patient.insStatus !== 'VALI' || patient.ins !== undefined, {
    error: 'A qualified identity (VALI) carries its INS.',
    path: ['patient', 'ins'],
  })

export type Intake1 = z.infer<typeof intake1>

/** What the map reads: the referral, and the name of the client that it came from, whose numbers are its own. */
export type Intake1Arrival = Intake1 & { sender: string }
