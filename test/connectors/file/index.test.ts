import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Slot } from '@medplum/fhirtypes'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { MessageWhole } from '../../../src/api/steering.ts'
import type { Incoming } from '../../../src/connectors/connector.ts'
import { file, fileSettings } from '../../../src/connectors/file/index.ts'
import type { Report } from '../../../src/connectors/file/take.ts'
import { allOk, failure, outcomeOf } from '../../../src/fhir/outcome.ts'
import { cutBatch } from '../../../src/hl7v2/batch.ts'
import { freshNumber, order, requestOf } from '../../journeys/support.ts'
import { until } from '../../support/clock.ts'
import { practiceV2, startGateway, type TestGateway } from '../../support/gateway.ts'
import { openDesk } from '../pretend-desk.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relais-files-'))
  return () => rm(folder, { recursive: true })
})

const drop = (name: string, text: string | Buffer, into = folder) => writeFile(join(into, name), text)
const namesIn = async (part: string, of = folder) => (await readdir(join(of, part)).catch(() => [])).sort()
const reportIn = async (part: string, of = folder): Promise<Report> => {
  const name = (await namesIn(part, of)).findLast((one) => one.endsWith('.report.json'))
  return JSON.parse(await readFile(join(of, part, name ?? ''), 'utf8'))
}

describe('a batch of messages', () => {
  const message = (control: string) => `MSH|^~\\&|GP||||20260106||ORM^O01|${control}|P|2.5\r\nPID|||1\r\n`

  test('is cut at each MSH, whatever ends its lines', () => {
    for (const end of ['\r', '\n', '\r\n']) {
      const text = [
        'FHS|^~\\&',
        'BHS|^~\\&',
        'MSH|^~\\&|1',
        'PID|||1',
        'MSH|^~\\&|2',
        'BTS|2',
        'FTS|1',
        '',
      ].join(end)
      expect(cutBatch(Buffer.from(text)).messages.map(({ line, bytes }) => [line, bytes.toString()])).toEqual(
        [
          [3, 'MSH|^~\\&|1\rPID|||1\r'],
          [5, 'MSH|^~\\&|2\r'],
        ],
      )
    }
  })

  test.each([
    ['BHS|^~\\&\rMSH|1\rBTS|2', 3, 'BTS-1 says 2 messages'],
    ['FHS|^~\\&\rBHS|^~\\&\rMSH|1\rBTS|1\rFTS|2', 5, 'FTS-1 says 2 batches'],
    ['BHS|^~\\&\rMSH|1', 2, 'ends before its BTS'],
    ['PID|1\rMSH|1', 1, 'Before the first MSH'],
    ['', 1, 'no message'],
  ])('that did not come whole is none: %j', (text, line, told) => {
    const { messages, faults } = cutBatch(Buffer.from(text))
    expect(messages).toEqual([])
    expect(faults).toMatchObject([{ line, text: expect.stringContaining(told) }])
  })

  test('is handed in one by one, and what is refused is told by its line', async () => {
    const received: Incoming[] = []
    const receive = async (incoming: Incoming) => {
      received.push(incoming)
      const isBad = incoming.id === '2'
      return {
        outcome: isBad ? outcomeOf(failure('required', 'Say which exam.', 'OBR-4').issues) : allOk('Stored.'),
      }
    }
    const desk = openDesk({ receive })
    await using _ = await file.open(fileSettings.parse({ folder, settleMs: 0 }), desk)
    await drop('orders.hl7', `${message('1')}${message('2')}${message('3')}`)
    await desk.round()
    expect(received.map(({ id, kind, by }) => [id, kind, by])).toEqual(
      ['1', '2', '3'].map((id) => [id, 'ORM^O01', 'file']),
    )
    expect(await reportIn('failed')).toEqual({
      taken: 2,
      refused: [{ line: 3, text: 'OBR-4: Say which exam.' }],
    })
    expect(await namesIn('')).toEqual(['failed'])
  })

  test('that cannot be taken now stays, and is taken later', async () => {
    let isAway = true
    const receive = async () => ({
      outcome: isAway ? outcomeOf(failure('lock-error', 'Busy.').issues) : allOk('Stored.'),
    })
    const desk = openDesk({ receive })
    await using _ = await file.open(fileSettings.parse({ folder, settleMs: 0 }), desk)
    await drop('orders.hl7', message('1'))
    await expect(desk.round()).rejects.toThrow('could not be taken now')
    expect(await namesIn('')).toEqual(['orders.hl7'])
    isAway = false
    await desk.round()
    expect(await reportIn('done')).toEqual({ taken: 1, refused: [] })
  })

  test('of which one cannot be carried out keeps no other, nor another file', async () => {
    const receive = async ({ id }: Incoming) => ({
      outcome: id === '1' ? outcomeOf(failure('exception', 'Internal error 7.').issues) : allOk('Stored.'),
    })
    const desk = openDesk({ receive })
    await using _ = await file.open(fileSettings.parse({ folder, settleMs: 0 }), desk)
    await drop('a.hl7', `${message('1')}${message('2')}`)
    await drop('b.hl7', message('3'))
    await desk.round()
    expect(await reportIn('failed')).toEqual({ taken: 1, refused: [{ line: 1, text: 'Internal error 7.' }] })
    expect(await reportIn('done')).toEqual({ taken: 1, refused: [] })
  })

  test('that is still being written is left', async () => {
    const desk = openDesk()
    await using _ = await file.open(fileSettings.parse({ folder, settleMs: 60_000 }), desk)
    await drop('orders.hl7', message('1'))
    await desk.round()
    expect(await namesIn('')).toEqual(['orders.hl7'])
  })
})

describe('at a gateway', () => {
  let gateway: TestGateway
  let dropped: string
  let batches: string
  beforeAll(async () => {
    dropped = await mkdtemp(join(tmpdir(), 'relais-dropped-'))
    batches = await mkdtemp(join(tmpdir(), 'relais-batches-'))
    const settings = { folder: dropped, everyMs: 1000, settleMs: 0, whole: true, columns: { Début: 'start' } }
    gateway = await startGateway({
      connectors: {
        ehr: practiceV2,
        csv: { kind: 'file', organization: 'centre-v2', settings },
        batches: {
          kind: 'file',
          organization: 'practice',
          client: 'ehr',
          settings: { folder: batches, everyMs: 1000, settleMs: 0 },
        },
      },
    })
  })
  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]()
    for (const one of [dropped, batches]) await rm(one, { recursive: true })
  })
  const taken = (name: string, of = dropped) =>
    until(
      async () => (await Promise.all([namesIn('done', of), namesIn('failed', of)])).flat(),
      (names) => names.some((one) => one.endsWith(`_${name}`)),
      20_000,
    )
  const slots = async () => {
    const found = await gateway
      .as('cell')
      .search<Slot>('Slot?_source=urn:relais:source:csv&_sort=start&_count=50')
    return found.map(({ start, status }) => `${start.slice(5, 16)} ${status}`)
  }

  test('a diary is there as its table says, bad lines are told, and what a later table does not name has vanished', async () => {
    await drop(
      'diary.csv',
      Buffer.from(
        '\uFEFFDiary;Début;End;Modality;Status\r\n' +
          'IRM 1;2040-01-09 09:00;2040-01-09 09:20;MR;\r\n' +
          'IRM 1;2040-01-09 09:20;2040-01-09 09:40;MR;Occupé\r\n' +
          'IRM 1;2040-01-10 10:00;2040-01-10 10:20;MR;libre\r\n',
      ),
      dropped,
    )
    await taken('diary.csv')
    expect(await reportIn('done', dropped)).toEqual({ taken: 3, refused: [] })
    expect(await slots()).toEqual(['01-09T09:00 free', '01-09T09:20 busy', '01-10T10:00 free'])

    await drop(
      'next.csv',
      'diary;début;end;modality;status\nIRM 1;2040-01-09 09:20;2040-01-09 09:40;MR;libre\nIRM 1;2040-01-10 10:00;2040-01-10 10:20;MR;perhaps\nIRM 1;2040-01-10 11:00\n'.replace(
        'début',
        'Début',
      ),
      dropped,
    )
    await taken('next.csv')
    const report = await reportIn('failed', dropped)
    expect(report.refused.map(({ line }) => line)).toEqual([3, 4])
    expect(report.taken).toBe(1)
    // A table with bad lines does not say what has vanished.
    expect(await slots()).toEqual(['01-09T09:00 free', '01-09T09:20 free', '01-10T10:00 free'])

    await drop('last.csv', 'diary;Début;end;modality\nIRM 1;2040-01-09 09:20;2040-01-09 09:40;MR\n', dropped)
    await taken('last.csv')
    expect(await slots()).toEqual(['01-09T09:20 free', '01-10T10:00 free'])
  })

  test('a table may be uploaded by a client of the centre, and is answered line by line', async () => {
    const upload = (as: string, text: string) =>
      gateway.as(as).call('POST', '/intake/slots', text, { 'content-type': 'text/csv' })
    const headings = 'diary,start,minutes,modality\n'
    expect(await upload('ris-v2', `${headings}IRM 1,2040-02-01 09:00,20,MR\n`)).toMatchObject({
      status: 200,
      body: { taken: 1, refused: [] },
    })
    expect(await slots()).toContain('02-01T09:00 free')
    expect(
      await upload('ris-v2', `${headings}IRM 1,soon,20,MR\nIRM 1,2040-02-01 10:00,20,MR\n`),
    ).toMatchObject({
      status: 422,
      body: { taken: 1, refused: [{ line: 2, text: expect.stringMatching(/./) }] },
    })
    expect(await slots()).toContain('02-01T10:00 free')
    expect((await upload('ehr', headings)).status).toBe(403)
  })

  test('orders are taken once each, though the file comes again', async () => {
    const [one, two] = [freshNumber(), freshNumber()]
    const batch = `BHS|^~\\&\r${order({ number: one })}${order({ number: two })}BTS|2\r`
    await drop('orders.hl7', batch, batches)
    await taken('orders.hl7', batches)
    await drop('again.hl7', batch, batches)
    await taken('again.hl7', batches)
    expect(await reportIn('done', batches)).toEqual({ taken: 2, refused: [] })
    const numbers = [one, two].map((number) => requestOf(number, gateway.as('ehr')))
    expect((await Promise.all(numbers)).map(({ meta }) => meta.versionId)).toEqual(['1', '1'])
  })

  test('a message that was refused is shown to the operator as HL7 v2, and edited in its character set', async () => {
    const number = freshNumber()
    const text = order({ number }).replace('|NW|', '|??|').replace('UNICODE UTF-8', '8859/15')
    await drop('refused.hl7', Buffer.from(text, 'latin1'), batches)
    await taken('refused.hl7', batches)
    const operator = gateway.as('operator')
    const path = `/operation/messages?order=${number}&status=error`
    const [line] = (await operator.get<{ messages: { row: string }[] }>(path)).messages
    const shown = await operator.get<MessageWhole>(`/operation/messages/${line?.row}`)
    expect(shown.mediaType).toBe('x-application/hl7-v2+er7')
    expect(shown.raw).toContain('Fièvre')
    expect(shown.parsed).toMatchObject({ MSH: { messageControlId: number } })

    const edited = shown.raw?.replaceAll('\r', '\n').replace('|??|', '|NW|')
    const replay = await operator.call<{ row: string }>('POST', `/operation/messages/${line?.row}/replay`, {
      person: 'Ana Ruiz',
      text: edited,
    })
    expect(replay).toMatchObject({ status: 200 })
    const request = await requestOf(number, gateway.as('ehr'))
    expect(JSON.stringify(request)).toContain('Fièvre')
    const again = await operator.get<MessageWhole>(`/operation/messages/${replay.body.row}`)
    expect(again.raw).toBe(text.replace('|??|', '|NW|'))
  })
})
