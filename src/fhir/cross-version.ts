/** R5 elements that others carry in R4 as extensions. Source: HL7, cross-version extensions. */
export const r5 = {
  /** Slot.serviceType: the HealthcareService that is meant. */
  slotServiceType: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Slot.serviceType',
} as const
