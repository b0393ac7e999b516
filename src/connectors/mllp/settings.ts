import { z } from 'zod'
import { isCharset } from '../../hl7v2/charset.ts'
import { departureKind } from '../ability.ts'
import { reading } from '../reading.ts'

const charset = z
  .string()
  .refine(isCharset, 'a character set of HL7 table 0211, such as UNICODE UTF-8 or 8859/15')

/** Which map says a departure, and as which message. */
const saying = z.strictObject({
  map: z.string().describe('Map of mappings/ or of the territory, by URL or name'),
  message: z
    .string()
    .regex(/^[A-Z]{3}\^[A-Z0-9]{3}$/)
    .describe('MSH-9 unless the map says it: SRM^S01'),
})

const readings = z.record(
  z.string().regex(/^([AC][AER]|\d{3})$/, 'a code of MSA-1, such as AE, or of ERR-3, such as 207'),
  reading,
)

const tls = z.strictObject({
  caFile: z.string().optional().describe('PEM of the authority that signed the peer’s certificate'),
  certFile: z.string().optional().describe('PEM of our certificate, when the peer asks for one'),
  keyFile: z.string().optional().describe('PEM of its key'),
  serverName: z.string().optional().describe('Name in the peer’s certificate, when it is not the host'),
})

const inward = {
  sendingApplication: z
    .array(z.string())
    .default([])
    .describe('MSH-3 of what the peer sends, by name or universal id; empty: not looked at'),
  sendingFacility: z
    .array(z.string())
    .default([])
    .describe('MSH-4 of what the peer sends, by name or universal id; empty: not looked at'),
  addresses: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
    .default([])
    .describe('Addresses and networks (10.1.0.0/16) that the peer sends from; empty: not looked at'),
  certificates: z
    .array(z.string())
    .default([])
    .describe(
      'SHA-256 fingerprints of the peer’s client certificates, or their common names where the authority of RELAIS_TLS_CLIENT_CA signed them',
    ),
  inwardCharset: charset.default('8859/15').describe('Character set of a message whose MSH-18 is empty'),
  referralAnswer: z
    .enum(['ACK', 'RRI'])
    .default('ACK')
    .describe('How the peer’s referrals (REF) are answered: by ACK, or by RRI with our number in RF1-11'),
}

const outward = {
  host: z.string().optional().describe('Where the peer listens; absent: nothing leaves'),
  port: z.int().min(1).max(65_535).optional().describe('Its TCP port'),
  tls: tls.optional().describe('Speak TLS with the peer'),
  ackTimeoutMs: z.int().positive().default(30_000).describe('How long the peer may take to acknowledge'),
  connectTimeoutMs: z.int().positive().default(10_000).describe('How long a connection may take to stand'),
  idleMs: z.int().positive().default(300_000).describe('How long an unused connection is kept'),
  connection: z
    .enum(['persistent', 'per-message'])
    .default('persistent')
    .describe('Whether one connection stays for all messages, or each message has one of its own'),
  slots: z
    .strictObject({
      everyMs: z.int().min(1000).default(60_000).describe('How often its free places are asked for'),
      days: z
        .int()
        .min(1)
        .max(365)
        .default(14)
        .describe('How far ahead, in days; they are asked for a day at a time'),
    })
    .optional()
    .describe('Its free places are asked for by SQM^S25, where it answers by SQR^S25'),
  charset: charset.default('UNICODE UTF-8').describe('MSH-18 of what leaves'),
  version: z
    .string()
    .regex(/^2\.\d(\.\d)?$/)
    .default('2.5.1')
    .describe('MSH-12 of what leaves'),
  acknowledgment: z
    .enum(['original', 'accept', 'both'])
    .default('original')
    .describe(
      'What we wait for. original: AA, AE or AR. accept: enhanced mode, CA, CE or CR. both: CA and then AA, AE or AR, within ackTimeoutMs; what comes later is kept among the messages, and changes nothing',
    ),
  ownApplication: z.string().default('RELAIS').describe('MSH-3 of what leaves: name, or name^id^type'),
  ownFacility: z.string().default('').describe('MSH-4 of what leaves'),
  receivingApplication: z.string().default('').describe('MSH-5 of what leaves'),
  receivingFacility: z.string().default('').describe('MSH-6 of what leaves'),
  processingId: z.enum(['P', 'T', 'D']).default('P').describe('MSH-11 of what leaves'),
  countryCode: z.string().default('FRA').describe('MSH-17 of what leaves'),
  sends: z
    .partialRecord(departureKind, saying)
    .default({
      'appointment.requested': { map: 'Appointment-to-SRM_S01', message: 'SRM^S01' },
      'appointment.cancelled': { map: 'Appointment-to-SRM_S01', message: 'SRM^S04' },
      'request.ordered': { map: 'ServiceRequest-to-ORM_O01', message: 'ORM^O01' },
      'communication.sent': { map: 'Communication-to-ORU_R01', message: 'ORU^R01' },
      'request.updated': { map: 'Task-to-ORM_O01', message: 'ORM^O01' },
    })
    .describe('What is said by which map, by kind of departure; what it does not name does not leave'),
  reads: z
    .record(z.string(), readings)
    .default({})
    .describe(
      'What this peer’s answers mean where they mean something else than usual (done, refused, later, park, stop), by type of the message that they answer, * for the others: by code of MSA-1 (CE and CR as AE and AR), or of ERR-3, which wins',
    ),
}

/** A peer that speaks HL7 v2 over MLLP: how it is known when it sends, and where it listens. */
export const settings = z
  .strictObject({ ...inward, ...outward })
  .refine(({ host, port }) => (host === undefined) === (port === undefined), {
    message: 'host and port go together',
    path: ['port'],
  })
  .refine(isKnown, {
    message: 'Who may send is told by sendingApplication and by addresses or certificates',
    path: ['addresses'],
  })
  .refine(({ tls }) => (tls?.certFile === undefined) === (tls?.keyFile === undefined), {
    message: 'certFile and keyFile go together',
    path: ['tls'],
  })

export type MllpSettings = z.output<typeof settings>

/** A name alone is no proof: whoever sends is known by a certificate, or by its name from its address. */
function isKnown(inward: Inward): boolean {
  const { sendingApplication, sendingFacility, addresses, certificates } = inward
  if (certificates.length > 0) return true
  const isNamed = sendingApplication.length > 0
  return isNamed ? addresses.length > 0 : sendingFacility.length === 0 && addresses.length === 0
}

interface Inward {
  sendingApplication: string[]
  sendingFacility: string[]
  addresses: string[]
  certificates: string[]
}
