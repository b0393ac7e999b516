import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cellWith, entriesIn, issuesIn, openTestApi, type TestApi } from '../support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi({
    permits: {
      women: cellWith('women', 'system/Patient.cruds?gender=female'),
      'women-and-practices': cellWith(
        'women-and-practices',
        'system/Patient.rs?gender=female system/Organization.rs',
      ),
      both: cellWith('both', 'system/Patient.rs?gender=female system/Patient.rs?gender=male'),
      conditions: cellWith('conditions', 'system/Condition.rs'),
      creator: cellWith('creator', 'system/Patient.c'),
      updater: cellWith('updater', 'system/Patient.u'),
      'reads-and-updates': cellWith('reads-and-updates', 'system/Patient.ru'),
      'writes-conditions': cellWith('writes-conditions', 'system/Condition.crus'),
      'blind-conditions': cellWith('blind-conditions', 'system/Condition.cu'),
    },
  })
})
afterAll(() => api[Symbol.asyncDispose]())

const patient = (gender: string, more: object = {}) => ({
  resourceType: 'Patient',
  name: [{ family: 'Droit', given: ['Rose'] }],
  birthDate: '1961-04-02',
  gender,
  ...more,
})

async function kept(resource: object, as = 'cell'): Promise<string> {
  const { resourceType } = resource as { resourceType: string } // each has one
  const reply = await api.send('POST', `/fhir/${resourceType}`, { body: resource, as })
  expect(reply.status, reply.text).toBe(201)
  return String(reply.at('id'))
}

const status = async (method: string, path: string, as: string, body?: object) =>
  (await api.send(method, path, { as, ...(body && { body }) })).status

describe('a filtered scope', () => {
  test('reaches what it says, by read and by search', async () => {
    const [she, he] = [await kept(patient('female')), await kept(patient('male'))]
    expect(await status('GET', `/fhir/Patient/${she}`, 'women')).toBe(200)
    expect(await status('GET', `/fhir/Patient/${she}/_history/1`, 'women')).toBe(200)
    expect(await status('GET', `/fhir/Patient/${he}`, 'women')).toBe(403)
    const found = await api.send('GET', '/fhir/Patient?family=Droit&_count=1000', { as: 'women' })
    const genders = entriesIn(found).map(({ resource }) => (resource as { gender: string }).gender)
    expect(new Set(genders)).toEqual(new Set(['female']))
    const asked = await api.send('GET', `/fhir/Patient?gender=male`, { as: 'women' })
    expect(entriesIn(asked)).toEqual([])
  })

  test('several of them add up', async () => {
    await kept(patient('unknown'))
    const found = await api.send('GET', '/fhir/Patient?family=Droit&_count=1000', { as: 'both' })
    const genders = entriesIn(found).map(({ resource }) => (resource as { gender: string }).gender)
    expect(new Set(genders)).toEqual(new Set(['female', 'male']))
  })

  test('lets nothing be moved into it or out of it', async () => {
    const [she, he] = [await kept(patient('female')), await kept(patient('male'))]
    const change = (id: string, gender: string) =>
      status('PUT', `/fhir/Patient/${id}`, 'women', patient(gender, { id }))
    expect(await change(she, 'female')).toBe(200)
    expect(await change(she, 'male')).toBe(403)
    expect(await change(he, 'female')).toBe(403)
    expect(await status('POST', '/fhir/Patient', 'women', patient('male'))).toBe(403)
    expect(await status('DELETE', `/fhir/Patient/${he}`, 'women')).toBe(403)
    expect((await api.send('GET', `/fhir/Patient/${he}`)).at('meta.versionId')).toBe('1')
  })

  test('has no history, which would tell what it does not reach', async () => {
    const she = await kept(patient('female'))
    expect(await status('GET', `/fhir/Patient/${she}/_history`, 'women')).toBe(403)
    expect(await status('GET', '/fhir/Patient/_history', 'women')).toBe(403)
  })
})

test('nothing is asked through a type that the caller may not search', async () => {
  expect(await status('GET', '/fhir/Condition?subject:Patient.family=Droit', 'conditions')).toBe(403)
  expect(await status('GET', '/fhir/Condition?_has:Provenance:target:agent=x', 'conditions')).toBe(403)
  expect(await status('GET', '/fhir/Condition?code:missing=true', 'conditions')).toBe(200)
})

test('nothing comes along by way of what the caller may not search', async () => {
  const subject = { reference: `Patient/${await kept(patient('female'))}` }
  const first = await kept({ resourceType: 'Condition', subject, code: { text: 'Toux' } })
  const second = await kept({ resourceType: 'Condition', subject, code: { text: 'Fièvre' } })
  const around = '_include=Condition:subject&_revinclude:iterate=Condition:subject'
  const along = async (as: string) => {
    const found = await api.send('GET', `/fhir/Condition?_id=${first}&${around}`, { as })
    return entriesIn(found).map(({ resource }) => (resource as { id: string }).id)
  }
  expect(await along('cell')).toEqual([first, second, subject.reference.slice('Patient/'.length)])
  // That a second one is of the same patient is the patient's to tell.
  expect(await along('conditions')).toEqual([first])
})

test('from what a filtered scope may leave out, nothing more comes along', async () => {
  const [own, other] = [
    await kept({ resourceType: 'Organization', name: 'A' }),
    await kept({ resourceType: 'Organization', name: 'B' }),
  ]
  const of = (id: string) => ({ managingOrganization: { reference: `Organization/${id}` } })
  const he = await kept(patient('male', of(other)))
  const link = [{ other: { reference: `Patient/${he}` }, type: 'seealso' }]
  const she = await kept(patient('female', { ...of(own), link }))
  const found = async (as: string) => {
    const around = '_include:iterate=Patient:link&_include:iterate=Patient:organization'
    const reply = await api.send('GET', `/fhir/Patient?_id=${she}&${around}`, { as })
    return entriesIn(reply).map(({ resource }) => (resource as { id: string }).id)
  }
  expect(await found('cell')).toEqual([she, own, other, he])
  expect(await found('women-and-practices')).toEqual([she, own])
})

describe('a condition', () => {
  const condition = (subject: string) => ({
    resourceType: 'Condition',
    subject: { reference: subject },
    code: { text: 'Toux' },
  })
  const unless = (ifNoneExist: string, as: string, subject: string) =>
    api.send('POST', '/fhir/Condition', {
      as,
      body: condition(subject),
      headers: { 'if-none-exist': ifNoneExist },
    })
  const transaction = (resource: object, as: string) => {
    const entry = [{ resource, request: { method: 'POST', url: 'Condition' } }]
    return api.send('POST', '/fhir', { as, body: { resourceType: 'Bundle', type: 'transaction', entry } })
  }

  test('asks nothing through a type that the caller may not search, whether it fits or not', async () => {
    const subject = `Patient/${await kept(patient('female'))}`
    await kept(condition(subject))
    for (const year of ['1961', '1971']) {
      const query = `subject=${subject}&subject:Patient.birthdate=${year}`
      const created = await unless(query, 'writes-conditions', subject)
      expect([created.status, issuesIn(created)[0]?.code]).toEqual([403, 'forbidden'])
      expect(await status('PUT', `/fhir/Condition?${query}`, 'writes-conditions', condition(subject))).toBe(
        403,
      )
      const patch = [{ op: 'replace', path: '/code/text', value: 'Rhume' }]
      const patched = await api.send('PATCH', `/fhir/Condition?${query}`, {
        as: 'writes-conditions',
        body: patch,
        headers: { 'content-type': 'application/json-patch+json' },
      })
      expect(patched.status, patched.text).toBe(403)
    }
  })

  test('is a search of its own type, unless it only names one', async () => {
    const subject = `Patient/${await kept(patient('female'))}`
    const asked = await unless(`subject=${subject}`, 'blind-conditions', subject)
    expect(asked.status, asked.text).toBe(403)
    expect(asked.headers.get('www-authenticate')).toContain('system/Condition.s')
    const named = await unless('identifier=urn:test:condition|1', 'blind-conditions', subject)
    expect(named.status, named.text).toBe(201)
    const both = await unless(
      `identifier=urn:test:condition|1&subject=${subject}`,
      'blind-conditions',
      subject,
    )
    expect(both.status).toBe(403)
    for (const many of ['urn:test:condition|', 'urn:test:condition|1,urn:test:condition|2'])
      expect((await unless(`identifier=${many}`, 'blind-conditions', subject)).status, many).toBe(403)
  })

  test('in a reference tells nothing of a type that the caller may not search, and is told by its place', async () => {
    const identifier = [{ system: 'urn:test:ipp', value: 'named-1' }]
    const id = await kept(patient('female', { identifier }))
    for (const year of ['1961', '1971']) {
      const reply = await transaction(condition(`Patient?_id=${id}&birthdate=${year}`), 'writes-conditions')
      expect(reply.status, reply.text).toBe(403)
      expect(issuesIn(reply)[0]?.expression).toEqual(['Bundle.entry[0].resource.subject.reference'])
    }
    const named = await transaction(condition('Patient?identifier=urn:test:ipp|named-1'), 'writes-conditions')
    expect(named.status, named.text).toBe(200)
    const unknown = await transaction(condition('Patient?colour=red'), 'cell')
    expect(issuesIn(unknown)).toMatchObject([
      { code: 'not-supported', expression: ['Bundle.entry[0].resource.subject.reference'] },
    ])
  })

  test('finds no more than a filtered scope lets be searched', async () => {
    const given = `Filtre-${crypto.randomUUID()}`
    await kept(patient('male', { name: [{ family: 'Droit', given: [given] }] }))
    const headers = { 'if-none-exist': `given=${given}` }
    const body = patient('female', { name: [{ family: 'Droit', given: [given] }] })
    const create = () => api.send('POST', '/fhir/Patient', { as: 'women', body, headers })
    expect([(await create()).status, (await create()).status]).toEqual([201, 200])
  })
})

test('each right is its own', async () => {
  const id = await kept(patient('female'))
  const body = patient('female', { id })
  expect(await status('POST', '/fhir/Patient', 'creator', patient('female'))).toBe(201)
  expect(await status('PUT', `/fhir/Patient/${id}`, 'creator', body)).toBe(403)
  expect(await status('GET', `/fhir/Patient/${id}`, 'creator')).toBe(403)
  expect(await status('PUT', `/fhir/Patient/${id}`, 'updater', body)).toBe(200)
  expect(await status('POST', '/fhir/Patient', 'updater', patient('female'))).toBe(403)
  expect(await status('DELETE', `/fhir/Patient/${id}`, 'updater')).toBe(403)
})

test('what If-None-Exist finds is not shown to whoever may not read it', async () => {
  const identifier = [{ system: 'urn:test:ipp', value: 'unread-1' }]
  await kept(patient('female', { identifier }))
  const headers = { 'if-none-exist': 'identifier=urn:test:ipp|unread-1' }
  const body = patient('female', { identifier })
  const reply = await api.send('POST', '/fhir/Patient', { as: 'creator', body, headers })
  expect([reply.status, reply.text]).toEqual([200, ''])
})

test('what a patch leaves as it is is not shown to whoever may not read it', async () => {
  const id = await kept(patient('female'))
  const patched = (as: string, prefer = 'return=representation') => {
    const headers = { 'content-type': 'application/json-patch+json', prefer }
    const body = [{ op: 'replace', path: '/gender', value: 'unknown' }]
    return api.send('PATCH', `/fhir/Patient/${id}`, { as, body, headers })
  }
  const unread = await patched('updater')
  expect([unread.status, unread.text]).toEqual([200, ''])
  expect((await patched('reads-and-updates')).at('birthDate')).toBe('1961-04-02')
  const patch = [{ op: 'replace', path: '/gender', value: 'male' }]
  const binary = {
    resourceType: 'Binary',
    contentType: 'application/json-patch+json',
    data: Buffer.from(JSON.stringify(patch)).toString('base64'),
  }
  const entry = [{ resource: binary, request: { method: 'PATCH', url: `Patient/${id}` } }]
  const reply = await api.send('POST', '/fhir', {
    as: 'updater',
    body: { resourceType: 'Bundle', type: 'transaction', entry },
    headers: { prefer: 'return=representation' },
  })
  expect([reply.status, reply.at('entry.0.resource')], reply.text).toEqual([200, undefined])
})

test('a centre changes what is its own, not what another keeps', async () => {
  const practitioner = { resourceType: 'Practitioner', name: [{ family: 'Public' }] }
  const id = await kept(practitioner)
  expect(await status('GET', `/fhir/Practitioner/${id}`, 'ris')).toBe(200)
  const location = await kept({ resourceType: 'Location', name: 'Salle 1' }, 'operator')
  const reply = await api.send('PUT', `/fhir/Location/${location}`, {
    as: 'ris',
    body: { resourceType: 'Location', id: location, name: 'Salle 2' },
  })
  expect(reply.status, reply.text).toBe(403)
  expect(issuesIn(reply)[0]?.code).toBe('forbidden')
  expect((await api.send('GET', `/fhir/Location/${location}`)).at('name')).toBe('Salle 1')
})
