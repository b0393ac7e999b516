import type { Patient, Resource } from '@medplum/fhirtypes'
import type { Kept } from './kept.ts'

/** Reads facts. Everything it handed out by id or identifier is remembered with its version. */
export interface Reader {
  /** `Type/id` → version, for all that was read by id or identifier. */
  readonly versions: ReadonlyMap<string, number>
  /** Likewise the keys of those who might see it then. */
  readonly sights: ReadonlyMap<string, readonly string[]>
  /**
   * Reads all that lies along these trails in one statement. What is asked of it afterwards (by id, by reference, by
   * the same search, what is taken of a slot) is known already; the rest is read as ever.
   */
  around(trails: readonly Trail[]): Promise<void>
  read<T extends Resource['resourceType']>(
    type: T,
    id: string,
  ): Promise<Kept<Resource & { resourceType: T }> | undefined>
  /** By a literal reference, `Type/id`. */
  follow(reference: string | undefined): Promise<Kept | undefined>
  /** The one that carries one of the resource's own business identifiers. Fails: multiple-matches. */
  sameIdentifier<R extends Resource>(resource: R): Promise<Kept<R> | undefined>
  /** By one business identifier. */
  identified<T extends Resource['resourceType']>(
    type: T,
    system: string | undefined,
    value: string,
  ): Promise<Kept<Resource & { resourceType: T }> | undefined>
  /**
   * Those that refer, by a search parameter, to what carries one of a resource's business identifiers; read together
   * with what else is read by key in this turn.
   */
  naming<T extends Resource['resourceType']>(
    type: T,
    code: string,
    named: Resource,
  ): Promise<Kept<Resource & { resourceType: T }>[]>
  /** By search parameters as in a URL: `status=free&_sort=start`. At most 1000. */
  search<T extends Resource['resourceType']>(
    type: T,
    query: string,
  ): Promise<Kept<Resource & { resourceType: T }>[]>
  /**
   * Patients who are perhaps the same; read like `naming`, and with what names them by a search
   * (`ServiceRequest?subject&status=active,on-hold`), known then to that search.
   */
  namesakes(of: Traits | SameTraits, query: string): Promise<Kept<Patient>[]>
  /** Who may see a resource now. */
  sight(reference: string): Promise<readonly string[]>
  /** What is taken of these slots, by slot id. */
  occupancies(slotIds: readonly string[]): Promise<Occupancy[]>
  /** What is taken by these, by the names that it was taken under. */
  takenBy(appointments: readonly string[]): Promise<Occupancy[]>
}

/**
 * A resource, by reference, and the ways that lead on from it; the resource that carries a business identifier, known
 * then to a search by it (`identifier=system|value`); or what is taken of a slot.
 */
export type Trail =
  | { from: string; ways?: readonly Way[] }
  | { carrying: Resource['resourceType']; system: string; value: string }
  | { places: string }

/** To what is named in an element (`participant.actor`); to those that name it (`Task?focus`); to what is taken of a slot. */
export type Way =
  | { named: string; ways?: readonly Way[] }
  | { naming: string; ways?: readonly Way[] }
  | { places: true }

/** Whoever bears a family name, as it is written, and is born on a day. */
export interface Traits {
  family: string
  /** ISO date. */
  birthDate: string
}

/** Whoever has a family name and the birth date of a patient that is kept. */
export interface SameTraits {
  /** `Patient/<id>`. */
  patient: string
}

/** A place of a slot that is held or booked. The store forbids two of one place, and two at one time on one resource. */
export interface Occupancy {
  slot: string
  /** 1 to the slot's capacity. */
  place: number
  /** Appointment id. */
  appointment: string
  /** References of the people, rooms and machines that are taken with it. */
  resources: readonly string[]
  /** Instants, end exclusive. */
  start: string
  end: string
}
