import { BlockList, isIPv6 } from 'node:net'
import { type Segment, valueAt } from '../../hl7v2/message.ts'
import type { MllpSettings } from './settings.ts'

/** One who may send to us. */
export interface Peer {
  /** Name of the connector's file. */
  name: string
  /** Character set of a message whose MSH-18 is empty. */
  charset: string
  /** How it wants referrals (REF) to be answered; ACK unless said. */
  referralAnswer?: 'ACK' | 'RRI'
  isSender(header: Segment | undefined, origin: Origin): boolean
  /** Whether it may send from there at all, before anything is read. */
  isOrigin(origin: Origin): boolean
}

/** What a connection says of who is at its other end. */
export interface Origin {
  address: string | undefined
  /** Of the client certificate: SHA-256 fingerprint in lower-case hex, and the common name if an authority of ours signed it. */
  fingerprint?: string | undefined
  commonName?: string | undefined
}

/** The peer that settings tell of; undefined when nobody is to send under them. */
export function peerOf(name: string, settings: MllpSettings): Peer | undefined {
  const { sendingApplication, sendingFacility, addresses, certificates, inwardCharset } = settings
  if (sendingApplication.length === 0 && certificates.length === 0) return undefined
  const isAddress = addresses.length === 0 ? () => true : among(addresses)
  const isCertificate = certificates.length === 0 ? () => true : certifiedBy(certificates)
  const isOrigin = (origin: Origin) => isAddress(origin.address) && isCertificate(origin)
  return {
    name,
    charset: inwardCharset,
    referralAnswer: settings.referralAnswer,
    isOrigin,
    isSender: (header, origin) =>
      isOrigin(origin) && isNamed(header, 3, sendingApplication) && isNamed(header, 4, sendingFacility),
  }
}

/** Namespace or universal id of an HD field. */
function isNamed(header: Segment | undefined, field: number, names: readonly string[]): boolean {
  if (names.length === 0) return true
  return [1, 2].some((component) => {
    const value = header && valueAt(header, { field, component })
    return value !== undefined && names.includes(value)
  })
}

function among(addresses: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList()
  for (const one of addresses) {
    const [address = '', prefix] = one.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return (address) => {
    const plain = address?.replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*$/, '')
    return plain !== undefined && list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
  }
}

function certifiedBy(certificates: readonly string[]): (origin: Origin) => boolean {
  const fingerprints = new Set(certificates.map((one) => one.replaceAll(':', '').toLowerCase()))
  return ({ fingerprint, commonName }) =>
    (fingerprint !== undefined && fingerprints.has(fingerprint)) ||
    (commonName !== undefined && certificates.includes(commonName))
}
