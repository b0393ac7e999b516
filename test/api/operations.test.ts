import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entriesIn, issuesIn, openTestApi, type Reply, type TestApi, territory } from '../support/api.ts'

const now = new Date('2026-11-21T09:00:00Z')
const exam = { system: 'http://loinc.org', code: '24558-9' }
const numbers = 'urn:oid:1.2.250.1.999.20'

let api: TestApi
let ehr: (method: string, path: string, body?: object) => Promise<Reply>

beforeAll(async () => {
  api = await openTestApi(
    { clock: () => now },
    {
      ...territory,
      peers: [
        { name: 'centre', organization: 'Organization/centre', manual: true, takes: [], applications: [] },
      ],
    },
  )
  ehr = (method, path, body) => api.send(method, path, { as: 'ehr', ...(body && { body }) })
  const room = await made({ resourceType: 'Location', name: 'Salle 1' }, 'ris')
  const diary = await made({ resourceType: 'Schedule', actor: [{ reference: `Location/${room}` }] }, 'ris')
  for (const hour of [10, 11, 12]) {
    await made(
      {
        resourceType: 'Slot',
        identifier: [{ system: numbers, value: `s-${hour}` }],
        serviceType: [{ coding: [exam] }],
        schedule: { reference: `Schedule/${diary}` },
        status: 'free',
        start: `2026-11-23T${hour}:00:00.000+01:00`,
        end: `2026-11-23T${hour}:20:00.000+01:00`,
      },
      'ris',
    )
  }
  await referral('R-1')
})
afterAll(() => api[Symbol.asyncDispose]())

async function made(body: object, as: string): Promise<string> {
  const { resourceType } = body as { resourceType: string } // each has one
  const reply = await api.send('POST', `/fhir/${resourceType}`, { body, as })
  expect(reply.status, reply.text).toBe(201)
  return String(reply.at('id'))
}

async function referral(value: string): Promise<string> {
  const patient = {
    resourceType: 'Patient',
    name: [{ use: 'official', family: 'Martin', given: ['Rose'] }],
    gender: 'female',
    birthDate: '1961-04-02',
  }
  const subject = { reference: `Patient/${await made(patient, 'ehr')}` }
  const identifier = [{ system: 'urn:oid:1.2.250.1.999.1', value }]
  const order = {
    resourceType: 'ServiceRequest',
    identifier,
    status: 'active',
    intent: 'order',
    subject,
    code: { coding: [exam] },
  }
  return made(order, 'ehr')
}

const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter })
const span = [
  { name: 'start', valueDateTime: '2026-11-22' },
  { name: 'end', valueDateTime: '2026-11-25' },
]
const referralNumber = (value: string) => ({
  name: 'referral-identifier',
  valueIdentifier: { system: 'urn:oid:1.2.250.1.999.1', value },
})
const by = (reference: unknown) => ({ name: 'appointment-reference', valueReference: { reference } })
const appointments = (reply: Reply) =>
  entriesIn(reply).flatMap(({ resource }) => {
    const found = resource as { resourceType: string; id: string; status: string }
    return found.resourceType === 'Appointment' ? [found] : []
  })

describe('$find', () => {
  test('proposes places for a referral, as many as asked', async () => {
    const reply = await ehr(
      'POST',
      '/fhir/Appointment/$find?_count=2',
      parameters(...span, referralNumber('R-1')),
    )
    expect(reply.status, reply.text).toBe(200)
    expect(reply.json).toMatchObject({ type: 'searchset', total: 2 })
    expect(appointments(reply).map(({ status }) => status)).toEqual(['proposed', 'proposed'])
  })

  test('nothing that fits is no error: it says where nothing is free', async () => {
    const far = [
      { name: 'start', valueDateTime: '2027-01-01' },
      { name: 'end', valueDateTime: '2027-01-02' },
    ]
    const reply = await ehr('POST', '/fhir/Appointment/$find', parameters(...far, referralNumber('R-1')))
    expect([reply.status, reply.at('total'), appointments(reply)]).toEqual([200, 0, []])
    const [entry] = entriesIn(reply)
    expect(entry).toMatchObject({
      search: { mode: 'outcome' },
      resource: {
        issue: [{ severity: 'information', details: { coding: [{ code: 'none' }] } }],
      },
    })
  })

  test.each<[string, object, number, RegExp]>([
    [
      'an unknown parameter',
      parameters(...span, { name: 'colour', valueString: 'red' }),
      400,
      /«colour».*start, end/,
    ],
    ['a missing one', parameters(span[0] ?? {}), 400, /end is required/],
    ['one twice', parameters(...span, ...span), 400, /stands once/],
    [
      'one of another type',
      parameters(...span, { name: 'organization', valueString: 'x' }),
      400,
      /valueReference/,
    ],
    [
      'a date that is none',
      parameters({ name: 'start', valueDateTime: 'soon' }, ...span.slice(1)),
      400,
      /valueDateTime/,
    ],
    ['a name without its parameter', parameters({ valueString: 'x' }), 400, /has a name/],
    [
      'an unknown property',
      parameters(...span, { name: 'specialty', valueString: 'SM44', colour: 1 }),
      400,
      /colour/,
    ],
    [
      'a parameter with a second value',
      parameters(...span, { name: 'specialty', valueString: 'SM44', valueCode: 'x' }),
      400,
      /valueString alone/,
    ],
    ['an unknown property of all', { ...parameters(...span), parametre: [] }, 400, /parametre/],
    ['what is no Parameters', { resourceType: 'Patient' }, 400, /Parameters/],
    [
      'a span that ends before it starts',
      parameters({ name: 'start', valueDateTime: '2026-12-01' }, ...span.slice(1)),
      400,
      /before/,
    ],
    ['a referral that nobody knows', parameters(...span, referralNumber('nobody')), 404, /no referral/],
    [
      'a patient that nobody knows',
      parameters(...span, { name: 'patient-reference', valueReference: { reference: 'Patient/none' } }),
      404,
      /no such patient/,
    ],
  ])('%s is refused', async (_, body, status, text) => {
    const reply = await ehr('POST', '/fhir/Appointment/$find', body)
    expect([reply.status, issuesIn(reply)[0]?.diagnostics]).toEqual([status, expect.stringMatching(text)])
    expect(issuesIn(reply)[0]?.expression).toBeDefined()
  })

  test('hears all that IHE lets one ask, and each narrows what is found', async () => {
    const wide = [...span, { name: 'visit-type', valueString: `${exam.system}|${exam.code}` }]
    const all = appointments(await ehr('POST', '/fhir/Appointment/$find', parameters(...wide)))
    expect(all.length).toBeGreaterThan(0)
    const idle: object[] = [
      { name: 'specialty', valueString: 'SM44' },
      { name: 'reason', valueString: 'http://hl7.org/fhir/sid/icd-10|N23' },
      { name: 'patient-resource', resource: { resourceType: 'Patient', birthDate: '1980-01-01' } },
    ]
    const kept = await ehr('POST', '/fhir/Appointment/$find', parameters(...wide, ...idle))
    expect(appointments(kept)).toHaveLength(all.length)
    const narrow: object[] = [
      { name: 'specialty', valueString: 'SM26' },
      { name: 'practitioner', valueReference: { reference: 'Practitioner/nobody' } },
      { name: 'location-string', valueString: 'Nulle-Part' },
      { name: 'location-reference', valueReference: { reference: 'Location/none' } },
      { name: 'organization', valueReference: { reference: 'Organization/none' } },
      { name: 'timing', valueTiming: { event: ['2020-01-01'] } },
    ]
    for (const one of narrow) {
      const reply = await ehr('POST', '/fhir/Appointment/$find', parameters(...wide, one))
      expect([reply.status, appointments(reply)], JSON.stringify(one)).toEqual([200, []])
    }
  })

  test('a plan that nobody knows is fatal to the question', async () => {
    const plan = { name: 'insurance-reference', valueReference: { reference: 'InsurancePlan/none' } }
    const reply = await ehr('POST', '/fhir/Appointment/$find', parameters(...span, plan))
    expect([reply.status, issuesIn(reply)[0]?.severity]).toEqual([404, 'fatal'])
  })

  test('the referral of somebody else is not there', async () => {
    const body = parameters(...span, referralNumber('R-1'))
    expect((await api.send('POST', '/fhir/Appointment/$find', { as: 'ehr-other', body })).status).toBe(404)
  })
})

describe('hold, book, cancel', () => {
  const proposals = async (value: string) =>
    appointments(await ehr('POST', '/fhir/Appointment/$find', parameters(...span, referralNumber(value))))

  test('a place is held, asked for, and given back', async () => {
    const [first] = await proposals('R-1')
    const held = await ehr('POST', '/fhir/Appointment/$hold', parameters(by(`Appointment/${first?.id}`)))
    expect(held.status, held.text).toBe(200)
    const [appointment] = appointments(held)
    expect(appointment?.status).toBe('pending')
    expect(held.text).toMatch(/Held until 2026-11-21T09:10/)
    expect((await proposals('R-1')).map(({ id }) => id)).not.toContain(first?.id)

    const booked = await ehr(
      'POST',
      '/fhir/Appointment/$book',
      parameters(by(`Appointment/${appointment?.id}`)),
    )
    expect([booked.status, appointments(booked)[0]?.status]).toEqual([202, 'pending'])
    expect(booked.text).toContain('has not answered yet')

    const cancelled = await ehr(
      'POST',
      '/fhir/Appointment/$book',
      parameters({
        name: 'appointment-resource',
        resource: { ...appointment, status: 'cancelled' },
      }),
    )
    expect([cancelled.status, appointments(cancelled)[0]?.status]).toEqual([200, 'cancelled'])
    expect((await proposals('R-1')).length).toBe(3)
  })

  test('what another has taken cannot be held: told as IHE wants it', async () => {
    await referral('R-2')
    const [mine] = await proposals('R-1')
    const theirs = (await proposals('R-2')).find(({ id }) => id !== mine?.id)
    expect(
      (await ehr('POST', '/fhir/Appointment/$hold', parameters(by(`Appointment/${mine?.id}`)))).status,
    ).toBe(200)
    const again = await ehr('POST', '/fhir/Appointment/$hold', parameters(by(`Appointment/${theirs?.id}`)))
    expect(again.status).toBe(409)
    expect(issuesIn(again)).toMatchObject([{ code: 'conflict' }, { severity: 'fatal', code: 'not-found' }])
  })

  test.each<[string, object, number]>([
    ['neither a reference nor a resource', parameters({ name: 'comment', valueString: 'x' }), 400],
    ['a reference to something else', parameters(by('Patient/1')), 400],
    ['an appointment that is not there', parameters(by('Appointment/none')), 404],
    [
      'a move',
      parameters({
        name: 'appointment-resource',
        resource: { resourceType: 'Appointment', status: 'booked' },
      }),
      400,
    ],
    [
      'no slot',
      parameters({
        name: 'appointment-resource',
        resource: { resourceType: 'Appointment', status: 'proposed' },
      }),
      400,
    ],
  ])('%s cannot be booked', async (_, body, status) => {
    const reply = await ehr('POST', '/fhir/Appointment/$book', body)
    expect(reply.status, reply.text).toBe(status)
    expect(issuesIn(reply)[0]?.diagnostics).toMatch(/\.$/)
  })

  test('what is searched for is counted without being asked to', async () => {
    const all = await ehr('GET', '/fhir/Appointment?_count=1')
    expect(all.at('total')).toBe(entriesIn(await ehr('GET', '/fhir/Appointment?_count=100')).length)
    expect((await ehr('GET', '/fhir/Appointment?_total=none')).at('total')).toBeUndefined()
  })

  test('by GET no operation that changes something is called', async () => {
    const reply = await ehr('GET', '/fhir/Appointment/$hold')
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST'])
  })

  test('by GET places are found, too', async () => {
    const window = 'start=2026-06-01T00:00:00Z&end=2026-06-02T00:00:00Z'
    const reply = await ehr('GET', `/fhir/Appointment/$find?${window}`)
    expect([reply.status, reply.at('type')]).toEqual([200, 'searchset'])
  })
})

test('a request by FHIR goes the same road: it is flagged and gets its Task', async () => {
  const tasks = await ehr('GET', `/fhir/Task?focus=ServiceRequest/${await referral('R-9')}`)
  expect(entriesIn(tasks).map(({ resource }) => (resource as { status: string }).status)).toEqual([
    'requested',
  ])
})

describe('$validate', () => {
  test('says what is wrong, with or without Parameters around it, and keeps nothing', async () => {
    const wrong = { resourceType: 'Patient', birthDate: 'never' }
    for (const body of [wrong, parameters({ name: 'resource', resource: wrong })]) {
      const reply = await ehr('POST', '/fhir/Patient/$validate', body)
      expect(reply.status).toBe(200)
      expect(issuesIn(reply).map(({ expression }) => expression?.[0])).toContain('Patient.birthDate')
    }
  })

  test('is fine with what is fine, and judges only what belongs there', async () => {
    const fine = {
      resourceType: 'Patient',
      name: [{ use: 'official', family: 'M', given: ['R'] }],
      gender: 'female',
      birthDate: '1961-04-02',
    }
    expect(
      issuesIn(await ehr('POST', '/fhir/Patient/$validate', fine)).map(({ severity }) => severity),
    ).not.toContain('error')
    expect((await ehr('POST', '/fhir/Condition/$validate', fine)).status).toBe(400)
  })

  const told = async (path: string, body?: object, method = 'POST') => {
    const reply = await ehr(method, path, body)
    expect(reply.status, reply.text).toBe(200)
    return issuesIn(reply).filter(({ severity }) => severity === 'error' || severity === 'fatal')
  }
  const numbered = {
    resourceType: 'Patient',
    identifier: [{ system: 'urn:test:validate', value: '1' }],
    name: [{ family: 'Valide', given: ['R'] }],
    gender: 'female',
    birthDate: '1961-04-02',
  }

  test('holds it against a profile that is named, if it is known', async () => {
    const slot = {
      resourceType: 'Patient',
      name: [{ family: 'V' }],
      gender: 'female',
      birthDate: '1961-04-02',
    }
    const against = (profile: string) =>
      parameters({ name: 'resource', resource: slot }, { name: 'profile', valueUri: profile })
    const patient = 'http://hl7.org/fhir/StructureDefinition/Patient'
    expect(await told('/fhir/Patient/$validate', against(patient))).toEqual([])
    const other = 'https://relais.example/fhir/StructureDefinition/relais-slot'
    expect(await told('/fhir/Patient/$validate', against(other))).not.toEqual([])
    const unknown = await ehr('POST', '/fhir/Patient/$validate', against('https://x.example/none'))
    expect([unknown.status, issuesIn(unknown)[0]?.expression]).toEqual([404, ['profile']])
    expect(await told('/fhir/Patient/$validate', against(`${patient}|4.0.1`))).toEqual([])
    for (const profile of [patient, other]) {
      const later = await ehr('POST', '/fhir/Patient/$validate', against(`${profile}|9.9.9`))
      expect([later.status, issuesIn(later)[0]?.expression]).toEqual([404, ['profile']])
    }
  })

  test('with a mode, says what would speak against the change, and keeps nothing', async () => {
    const mode = (code: string, resource?: object) =>
      parameters(...(resource ? [{ name: 'resource', resource }] : []), { name: 'mode', valueCode: code })
    expect(await told('/fhir/Patient/$validate', mode('create', numbered))).toEqual([])
    expect((await ehr('GET', '/fhir/Patient?identifier=urn:test:validate|1')).at('entry')).toBeUndefined()
    const kept = await ehr('POST', '/fhir/Patient', numbered)
    const id = String(kept.at('id'))
    expect(await told('/fhir/Patient/$validate', mode('create', numbered))).toMatchObject([
      { code: 'duplicate', expression: ['Patient.identifier'] },
    ])
    const dangling = {
      resourceType: 'Condition',
      subject: { reference: 'Patient/none' },
      code: { text: 'x' },
    }
    expect(await told('/fhir/Condition/$validate', mode('create', dangling))).toMatchObject([
      { code: 'business-rule', expression: ['Condition.subject.reference'] },
    ])
    expect(await told(`/fhir/Patient/${id}/$validate`, mode('update', { ...numbered, id }))).toEqual([])
    expect(await told('/fhir/Patient/$validate', mode('update', { ...numbered, id: 'none' }))).not.toEqual([])
    for (const wrong of [numbered, { ...numbered, id: 'none' }]) {
      const said = await told(`/fhir/Patient/${id}/$validate`, mode('update', wrong))
      const put = await ehr('PUT', `/fhir/Patient/${id}`, wrong)
      expect([put.status, said]).toEqual([400, issuesIn(put)])
    }
    expect((await ehr('GET', `/fhir/Patient/${id}`)).at('meta.versionId')).toBe('1')
    expect((await ehr('POST', '/fhir/Patient/$validate', mode('destroy', numbered))).status).toBe(400)
    expect((await ehr('POST', '/fhir/Patient/$validate', mode('create'))).status).toBe(400)
  })

  test('a resource that is sent by itself has its profile and mode in the query', async () => {
    const [patient, other] = ['http://hl7.org/fhir/StructureDefinition/Patient', 'https://x.example/none']
    const sent = { ...numbered, identifier: [{ system: 'urn:test:validate', value: 'query' }] }
    expect(await told(`/fhir/Patient/$validate?profile=${patient}&mode=create&_pretty=true`, sent)).toEqual(
      [],
    )
    expect((await ehr('POST', `/fhir/Patient/$validate?profile=${other}`, sent)).status).toBe(404)
    expect((await ehr('POST', '/fhir/Patient/$validate?mode=destroy', sent)).status).toBe(400)
    // Nothing is left out in silence.
    for (const name of ['strength', '_count']) {
      const unknown = await ehr('POST', `/fhir/Patient/$validate?${name}=7`, sent)
      expect([unknown.status, issuesIn(unknown)[0]?.expression]).toEqual([400, [name]])
    }
    const twice = parameters({ name: 'resource', resource: sent })
    expect((await ehr('POST', '/fhir/Patient/$validate?mode=create', twice)).status).toBe(400)
  })

  test('a deletion is rehearsed, too, by GET as by POST', async () => {
    const problem = { resourceType: 'Condition', subject: { display: 'x' }, code: { text: 'x' } }
    const id = String((await ehr('POST', '/fhir/Condition', problem)).at('id'))
    expect(await told(`/fhir/Condition/${id}/$validate?mode=delete`, undefined, 'GET')).toEqual([])
    expect((await ehr('GET', `/fhir/Condition/${id}`)).status).toBe(200)
    const denied = await ehr('GET', `/fhir/Patient/${id}/$validate?mode=delete`)
    expect(denied.status).toBe(403)
  })
})
