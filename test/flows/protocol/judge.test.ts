import type { Observation } from '@medplum/fhirtypes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { extensions } from '../../../src/fhir/canonical.ts'
import { readProtocols } from '../../../src/flows/protocol/read.ts'
import {
  asking,
  demoProtocol,
  demoResources,
  judged,
  man,
  missingIn,
  reasonsIn,
  told,
  woman,
} from './support.ts'

const mrSafe = { 'MED-1117': 'no', 'MED-1113': 'no', 'MED-1112': 'no', 'MED-1111': 'no', 'MED-1110': 'no' }
const noDanger = { thunderclap: 'no', 'neurological-deficit': 'no', 'stiff-neck': 'no' }

describe('a request', () => {
  test('with indication, exam and all required answers conforms', () => {
    const judgement = judged(asking('mr-brain', 'R51'), man(), told({ ...mrSafe, ...noDanger }))
    expect(judgement).toMatchObject({
      verdict: 'conforms',
      protocol: 'https://relais.example/fhir/demo/PlanDefinition/entry-protocol|1.0.0',
      indication: { title: { fr: 'Céphalées inhabituelles' } },
      exam: { modality: 'MR' },
      priority: 'urgent',
      missing: [],
    })
    expect(reasonsIn(judgement)).toEqual(['conforms'])
  })

  test('without required answers is incomplete, and says which are missing', () => {
    const judgement = judged(asking('mr-brain', 'R51'), man(), told({ ...mrSafe, thunderclap: 'no' }))
    expect(judgement.verdict).toBe('incomplete')
    expect(missingIn(judgement)).toEqual(['neurological-deficit', 'stiff-neck'])
  })

  test('answered with unknown is not answered with no', () => {
    const judgement = judged(
      asking('mr-brain', 'R51'),
      man(),
      told({ ...mrSafe, ...noDanger, 'MED-1110': 'unknown' }),
    )
    expect(judgement).toMatchObject({ verdict: 'incomplete', missing: [{ because: 'unknown' }] })
    expect(missingIn(judgement)).toEqual(['MED-1110'])
  })

  test('with a pacemaker is not refused: the radiologist is told', () => {
    const judgement = judged(
      asking('mr-brain', 'R51'),
      man(),
      told({ ...mrSafe, ...noDanger, 'MED-1117': 'yes' }),
    )
    expect(judgement.verdict).toBe('conforms')
    expect(judgement.warnings.map(({ question }) => question.coding.code)).toEqual(['MED-1117'])
    expect(reasonsIn(judgement)).toContain('contra-indication')
  })

  test('for a reason that the protocol does not name is outside it: a person decides', () => {
    const judgement = judged(asking('us-abdomen', 'Z00.0'), man())
    expect(judgement).toMatchObject({ verdict: 'outside' })
    expect(reasonsIn(judgement)).toEqual(['indication-unknown'])
  })

  test('without a reason is asked for it', () => {
    expect(judged(asking('us-abdomen'), man())).toMatchObject({
      verdict: 'incomplete',
      reasons: [{ code: 'indication-missing' }],
    })
  })

  test('for another exam than the protocol names is outside it, and is shown which ones it names', () => {
    const judgement = judged(asking('us-kidney', 'K80.2'), man())
    expect(reasonsIn(judgement)).toEqual(['exam-not-named'])
    expect(judgement.alternatives.map(({ title }) => title.fr)).toEqual(['Échographie abdominale'])
  })

  test('of an adult for a child’s indication does not apply', () => {
    expect(reasonsIn(judged(asking('us-abdomen', 'R10.4'), man()))).toContain('indication-does-not-apply')
    const child = judged(
      asking('us-abdomen', 'R10.4'),
      man('2020-01-01'),
      told({ guarding: 'no', 'bilious-vomiting': 'no' }),
    )
    expect(child.verdict).toBe('conforms')
  })

  test('for an MRI of a common low back pain without a red flag is outside, once that is known', () => {
    const answers = { ...mrSafe, 'cauda-equina': 'no', 'motor-deficit': 'no', 'fever-or-cancer': 'no' }
    const early = judged(asking('mr-lspine', 'M54.4'), man(), told({ ...answers, 'duration-weeks': 2 }))
    expect(reasonsIn(early)).toEqual(['exam-does-not-apply'])
    const chronic = judged(asking('mr-lspine', 'M54.4'), man(), told({ ...answers, 'duration-weeks': 14 }))
    expect(chronic.verdict).toBe('conforms')
    const danger = judged(
      asking('mr-lspine', 'M54.4'),
      man(),
      told({ ...answers, 'duration-weeks': 1, 'motor-deficit': 'yes' }),
    )
    expect(danger).toMatchObject({ verdict: 'conforms', warnings: [{ answer: 'yes' }] })
    const silent = judged(asking('mr-lspine', 'M54.4'), man(), told(mrSafe))
    expect(reasonsIn(silent)).not.toContain('exam-does-not-apply')
  })

  test('that a rule of law keeps from being booked is blocked, whatever else holds', () => {
    const judgement = judged(asking('ct-ap-w', 'K85.9'), man(), [], { blocking: ['missing-purpose'] })
    expect(judgement.verdict).toBe('blocked')
    expect(judgement.verdicts).toEqual(['blocked', 'incomplete'])
    expect(judgement.reasons.find(({ code }) => code === 'fr-r1333-53')?.text.fr).toContain('la finalité')
  })

  test('said by its modality only is taken for the exam that the indication names', () => {
    const request = { ...asking('x', 'K80.2'), code: { text: 'écho' } }
    expect(judged(request, man(), [], { modalities: ['US'] })).toMatchObject({
      verdict: 'conforms',
      exam: { title: { fr: 'Échographie abdominale' } },
    })
  })

  test('is understood by the words of its reason, without accents and capitals', () => {
    const request = { ...asking('us-abdomen'), reasonCode: [{ text: 'COLIQUE HEPATIQUE' }] }
    expect(judged(request, man()).verdict).toBe('conforms')
  })

  test('is asked about a pregnancy only where there may be one; what is not known may be', () => {
    const ask = (patient: Parameters<typeof judged>[1]) =>
      missingIn(judged(asking('ct-ap-w', 'K85.9'), patient)).includes('82810-3')
    expect([woman(), woman('1950-01-01'), man(), undefined].map(ask)).toEqual([true, false, false, true])
  })

  test('with kidney disease is asked for its filtration rate', () => {
    const answers = { 'MED-1105': 'no', 'N18.9': 'yes', shock: 'no', '30954-2': 'aucun connu' }
    expect(missingIn(judged(asking('ct-ap-w', 'K85.9'), man(), told(answers)))).toEqual(['98979-8'])
    expect(judged(asking('ct-ap-w', 'K85.9'), man(), told({ ...answers, '98979-8': 62 })).verdict).toBe(
      'conforms',
    )
  })

  test('is always told where to turn when life is in danger', () => {
    for (const one of [judged(asking('x'), undefined), judged(asking('mr-brain', 'R51'), man())]) {
      expect(one.emergency.fr).toContain('15')
      expect(one.emergency.en).toContain('15')
    }
  })
})

describe('an answer', () => {
  const form = (answers: Record<string, object>) => [
    {
      resourceType: 'QuestionnaireResponse' as const,
      status: 'completed' as const,
      item: [
        {
          linkId: 'group',
          item: Object.entries(answers).map(([linkId, answer]) => ({ linkId, answer: [answer] })),
        },
      ],
    },
  ]

  test('counts the same on a questionnaire, also one of yes and no', () => {
    const answers = Object.keys({ ...mrSafe, ...noDanger }).map((code) => [code, { valueBoolean: false }])
    expect(judged(asking('mr-brain', 'R51'), man(), form(Object.fromEntries(answers))).verdict).toBe(
      'conforms',
    )
  })

  test('that was taken back is none', () => {
    const [first, ...rest] = told({ ...mrSafe, ...noDanger })
    const gone = { ...first, status: 'entered-in-error' as const } as NonNullable<typeof first>
    expect(missingIn(judged(asking('mr-brain', 'R51'), man(), [gone, ...rest]))).toEqual(['MED-1117'])
  })

  test('wins over those before it: by when it was so, else by when it was kept, whatever their order', () => {
    const answer = (id: string, said: string, more: Partial<Observation>) => ({
      ...(told({ 'MED-1117': said })[0] as Observation), // one was told
      id,
      ...more,
    })
    const kept = (lastUpdated: string) => ({ meta: { lastUpdated } })
    const lastOf = (...said: Observation[]) =>
      [said, said.toReversed()].map((all) => judged(asking('mr-brain', 'R51'), man(), all).answers[0]?.source)
    const morning = answer('a', 'yes', kept('2026-11-17T08:00:00Z'))
    const noon = answer('b', 'no', kept('2026-11-17T12:00:00Z'))
    const late = answer('c', 'no', { effectiveDateTime: '2026-11-10', ...kept('2026-11-17T14:00:00Z') })
    const today = answer('d', 'no', { issued: '2026-11-17T11:00:00+01:00', ...kept('2026-11-17T11:00:00Z') })
    const now = answer('e', 'yes', {})
    expect(lastOf(morning, noon)).toEqual(['Observation/b', 'Observation/b'])
    expect(lastOf(morning, late)).toEqual(['Observation/a', 'Observation/a'])
    expect(lastOf(morning, today)).toEqual(['Observation/d', 'Observation/d'])
    expect(lastOf(now, noon, late)).toEqual(['Observation/e', 'Observation/e'])
  })

  test('that says more than unknown wins over unknown', () => {
    const supporting = [
      ...told({ 'MED-1117': 'no' }),
      ...told({ ...mrSafe, ...noDanger, 'MED-1117': 'unknown' }),
    ]
    expect(judged(asking('mr-brain', 'R51'), man(), supporting).verdict).toBe('conforms')
  })
})

test('a judgement is the same whatever the order of the answers, and never a refusal', () => {
  const answers = fc.dictionary(
    fc.constantFrom(...Object.keys({ ...mrSafe, ...noDanger }), 'MED-1109'),
    fc.constantFrom('yes', 'no', 'unknown'),
  )
  fc.assert(
    fc.property(answers, fc.constantFrom('R51', 'N23', 'Z00'), (said, icd10) => {
      const observations = told(said)
      const one = judged(asking('mr-brain', icd10), woman(), observations)
      const other = judged(asking('mr-brain', icd10), woman(), observations.toReversed())
      expect(other.verdicts).toEqual(one.verdicts)
      expect(new Set(missingIn(other))).toEqual(new Set(missingIn(one)))
      for (const code of missingIn(one)) expect(['yes', 'no']).not.toContain(said[code])
    }),
    { numRuns: 60 },
  )
})

describe('a protocol', () => {
  test('is read whole: eleven indications, twelve exams, who approved it and until when', () => {
    const protocol = demoProtocol()
    expect(protocol.indications).toHaveLength(11)
    expect(protocol).toMatchObject({
      version: '1.0.0',
      endorsers: [expect.stringContaining('Exemple'), expect.stringContaining('Fictif')],
      approvedOn: '2025-12-01',
      reviewBy: '2031-12-31',
    })
    for (const { choices } of protocol.indications)
      for (const { exam } of choices) {
        expect(exam.preparation?.en).not.toBe(exam.preparation?.fr)
        expect(exam.doseClass).toMatch(/^(0|I{1,3})$/)
      }
  })

  test('with something wrong in it is told, all of it, and not used', () => {
    const broken = demoResources().map((resource) => {
      if (resource.resourceType !== 'PlanDefinition' || resource.name !== 'Relais_entry_protocol')
        return resource
      const { endorser, approvalDate, ...rest } = resource
      return {
        ...rest,
        extension: (rest.extension ?? []).filter(({ url }) => url !== extensions.emergency),
        action: [
          ...(rest.action ?? []),
          { definitionCanonical: 'https://nowhere.example/PlanDefinition/x' },
          {
            condition: [
              {
                kind: 'applicability' as const,
                expression: { language: 'text/fhirpath' as const, expression: '((' },
              },
            ],
            definitionCanonical: rest.action?.[0]?.definitionCanonical ?? '',
          },
        ],
      }
    })
    const { protocols, problems } = readProtocols(broken)
    expect(protocols).toEqual([])
    expect(problems.map((text) => text.replace(/^[^:]+:[^:]+: /, '').split(':')[0])).toEqual([
      'endorser',
      'approvalDate',
      'extension emergency',
      'action',
      'condition',
    ])
  })
})
