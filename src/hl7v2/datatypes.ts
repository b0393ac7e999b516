/**
 * Components of the composite datatypes, in order: `name` or `name:Type`. What has no type is text.
 *
 * Names are HL7's own, in camelCase. Where versions differ the newest name stands, and a type that became composite
 * (IS → CWE, IS → HD) is composite: an older message fills its first component.
 *
 * Source: HL7 v2.8.2 chapter 2A; components withdrawn since 2.5.1 are kept in their place.
 */
export const datatypes: Readonly<Record<string, string>> = {
  AUI: 'authorizationNumber date source',
  CCD: 'invocationEvent dateTime',
  CNE: `identifier text nameOfCodingSystem alternateIdentifier alternateText nameOfAlternateCodingSystem
    codingSystemVersionId alternateCodingSystemVersionId originalText secondAlternateIdentifier secondAlternateText
    nameOfSecondAlternateCodingSystem secondAlternateCodingSystemVersionId codingSystemOid valueSetOid
    valueSetVersionId alternateCodingSystemOid alternateValueSetOid alternateValueSetVersionId
    secondAlternateCodingSystemOid secondAlternateValueSetOid secondAlternateValueSetVersionId`,
  CNN: `idNumber familyName givenName secondAndFurtherGivenNamesOrInitialsThereof suffix prefix degree sourceTable
    assigningAuthorityNamespaceId assigningAuthorityUniversalId assigningAuthorityUniversalIdType`,
  CP: 'price:MO priceType fromValue toValue rangeUnits:CWE rangeType',
  CQ: 'quantity units:CWE',
  CWE: `identifier text nameOfCodingSystem alternateIdentifier alternateText nameOfAlternateCodingSystem
    codingSystemVersionId alternateCodingSystemVersionId originalText secondAlternateIdentifier secondAlternateText
    nameOfSecondAlternateCodingSystem secondAlternateCodingSystemVersionId codingSystemOid valueSetOid
    valueSetVersionId alternateCodingSystemOid alternateValueSetOid alternateValueSetVersionId
    secondAlternateCodingSystemOid secondAlternateValueSetOid secondAlternateValueSetVersionId`,
  CX: `idNumber identifierCheckDigit checkDigitScheme assigningAuthority:HD identifierTypeCode assigningFacility:HD
    effectiveDate expirationDate assigningJurisdiction:CWE assigningAgencyOrDepartment:CWE securityCheck
    securityCheckScheme`,
  DLD: 'dischargeToLocation:CWE effectiveDate',
  DLN: 'licenseNumber issuingStateProvinceCountry:CWE expirationDate',
  DR: 'rangeStartDateTime rangeEndDateTime',
  ED: 'sourceApplication:HD typeOfData dataSubtype encoding data',
  EI: 'entityIdentifier namespaceId universalId universalIdType',
  EIP: 'placerAssignedIdentifier:EI fillerAssignedIdentifier:EI',
  ELD: 'segmentId segmentSequence fieldPosition codeIdentifyingError:CWE',
  ERL: 'segmentId segmentSequence fieldPosition fieldRepetition componentNumber subComponentNumber',
  FC: 'financialClassCode:CWE effectiveDate',
  FN: 'surname ownSurnamePrefix ownSurname surnamePrefixFromPartnerSpouse surnameFromPartnerSpouse',
  HD: 'namespaceId universalId universalIdType',
  JCC: 'jobCode:CWE jobClass:CWE jobDescriptionText',
  MO: 'quantity denomination',
  MOC: 'monetaryAmount:MO chargeCode:CWE',
  MSG: 'messageCode triggerEvent messageStructure',
  NDL: `name:CNN startDateTime endDateTime pointOfCare room bed facility:HD locationStatus patientLocationType
    building floor`,
  NR: 'lowValue highValue',
  OSD: `sequenceResultsFlag placerOrderNumberEntityIdentifier placerOrderNumberNamespaceId
    fillerOrderNumberEntityIdentifier fillerOrderNumberNamespaceId sequenceConditionValue maximumNumberOfRepeats
    placerOrderNumberUniversalId placerOrderNumberUniversalIdType fillerOrderNumberUniversalId
    fillerOrderNumberUniversalIdType`,
  PL: `pointOfCare:HD room:HD bed:HD facility:HD locationStatus personLocationType building:HD floor:HD
    locationDescription comprehensiveLocationIdentifier:EI assigningAuthorityForLocation:HD`,
  PLN: 'idNumber typeOfIdNumber:CWE stateOtherQualifyingInformation expirationDate',
  PPN: `personIdentifier familyName:FN givenName secondAndFurtherGivenNamesOrInitialsThereof suffix prefix degree
    sourceTable:CWE assigningAuthority:HD nameTypeCode identifierCheckDigit checkDigitScheme identifierTypeCode
    assigningFacility:HD dateTimeActionPerformed nameRepresentationCode nameContext:CWE nameValidityRange:DR
    nameAssemblyOrder effectiveDate expirationDate professionalSuffix assigningJurisdiction:CWE
    assigningAgencyOrDepartment:CWE securityCheck securityCheckScheme`,
  PRL: 'parentObservationIdentifier:CWE parentObservationSubIdentifier parentObservationValueDescriptor',
  PT: 'processingId processingMode',
  RI: 'repeatPattern:CWE explicitTimeInterval',
  RP: 'pointer applicationId:HD typeOfData subtype',
  RPT: `repeatPatternCode:CWE calendarAlignment phaseRangeBeginValue phaseRangeEndValue periodQuantity periodUnits:CWE
    institutionSpecifiedTime event eventOffsetQuantity eventOffsetUnits:CWE generalTimingSpecification`,
  SAD: 'streetOrMailingAddress streetName dwellingNumber',
  SN: 'comparator num1 separatorSuffix num2',
  SPS: `specimenSourceNameOrCode:CWE additives:CWE specimenCollectionMethod bodySite:CWE siteModifier:CWE
    collectionMethodModifierCode:CWE specimenRole:CWE`,
  TQ: `quantity:CQ interval:RI duration startDateTime endDateTime priority condition text conjunction
    orderSequencing:OSD occurrenceDuration:CWE totalOccurrences`,
  VID: 'versionId internationalizationCode:CWE internationalVersionId:CWE',
  XAD: `streetAddress:SAD otherDesignation city stateOrProvince zipOrPostalCode country addressType
    otherGeographicDesignation countyParishCode:CWE censusTract:CWE addressRepresentationCode addressValidityRange:DR
    effectiveDate expirationDate expirationReason:CWE temporaryIndicator badAddressIndicator addressUsage addressee
    comment preferenceOrder protectionCode:CWE addressIdentifier:EI`,
  XCN: `personIdentifier familyName:FN givenName secondAndFurtherGivenNamesOrInitialsThereof suffix prefix degree
    sourceTable:CWE assigningAuthority:HD nameTypeCode identifierCheckDigit checkDigitScheme identifierTypeCode
    assigningFacility:HD nameRepresentationCode nameContext:CWE nameValidityRange:DR nameAssemblyOrder effectiveDate
    expirationDate professionalSuffix assigningJurisdiction:CWE assigningAgencyOrDepartment:CWE securityCheck
    securityCheckScheme`,
  XON: `organizationName organizationNameTypeCode:CWE idNumber identifierCheckDigit checkDigitScheme
    assigningAuthority:HD identifierTypeCode assigningFacility:HD nameRepresentationCode organizationIdentifier`,
  XPN: `familyName:FN givenName secondAndFurtherGivenNamesOrInitialsThereof suffix prefix degree nameTypeCode
    nameRepresentationCode nameContext:CWE nameValidityRange:DR nameAssemblyOrder effectiveDate expirationDate
    professionalSuffix calledBy`,
  XTN: `telephoneNumber telecommunicationUseCode telecommunicationEquipmentType communicationAddress countryCode
    areaCityCode localNumber extension anyText extensionPrefix speedDialCode unformattedTelephoneNumber
    effectiveStartDate expirationDate expirationReason:CWE protectionCode:CWE sharedTelecommunicationIdentifier:EI
    preferenceOrder`,
}

/** Older names of a datatype → the one whose components are used. */
export const renamedDatatypes: Readonly<Record<string, string>> = { CE: 'CWE', CF: 'CWE', CD: 'CWE' }
