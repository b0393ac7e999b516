/**
 * Fields of the segments, in order: `name`, `name:Type`, with `*` when it repeats. What has no type is text.
 *
 * Names are HL7's own, in camelCase, without the segment's name («Set ID - PID» is `setId`). A field withdrawn since
 * 2.5.1 keeps its place, name and type. `varies` is read by the datatype that OBX-2 names.
 *
 * Source: HL7 v2.8.2 chapters 2, 3, 4, 6, 7, 9, 10, 11; HL7 v2.5.1 for what is withdrawn; IHE RAD TF-2 for ZDS.
 */
export const segments: Readonly<Record<string, string>> = {
  AIG: `setId segmentActionCode resourceId:CWE resourceType:CWE resourceGroup:CWE* resourceQuantity
    resourceQuantityUnits:CNE startDateTime startDateTimeOffset startDateTimeOffsetUnits:CNE duration
    durationUnits:CNE allowSubstitutionCode:CWE fillerStatusCode:CWE`,
  AIL: `setId segmentActionCode locationResourceId:PL* locationType:CWE locationGroup:CWE startDateTime
    startDateTimeOffset startDateTimeOffsetUnits:CNE duration durationUnits:CNE allowSubstitutionCode:CWE
    fillerStatusCode:CWE`,
  AIP: `setId segmentActionCode personnelResourceId:XCN* resourceType:CWE resourceGroup:CWE startDateTime
    startDateTimeOffset startDateTimeOffsetUnits:CNE duration durationUnits:CNE allowSubstitutionCode:CWE
    fillerStatusCode:CWE`,
  AIS: `setId segmentActionCode universalServiceIdentifier:CWE startDateTime startDateTimeOffset
    startDateTimeOffsetUnits:CNE duration durationUnits:CNE allowSubstitutionCode:CWE fillerStatusCode:CWE
    placerSupplementalServiceInformation:CWE* fillerSupplementalServiceInformation:CWE*`,
  AL1: `setId allergenTypeCode:CWE allergenCodeMnemonicDescription:CWE allergySeverityCode:CWE allergyReactionCode*
    identificationDate`,
  APR: `timeSelectionCriteria* resourceSelectionCriteria* locationSelectionCriteria* slotSpacingCriteria
    fillerOverrideCriteria*`,
  ARQ: `placerAppointmentId:EI fillerAppointmentId:EI occurrenceNumber placerGroupNumber:EI scheduleId:CWE
    requestEventReason:CWE appointmentReason:CWE appointmentType:CWE appointmentDuration appointmentDurationUnits:CNE
    requestedStartDateTimeRange:DR* priority repeatingInterval:RI repeatingIntervalDuration placerContactPerson:XCN*
    placerContactPhoneNumber:XTN* placerContactAddress:XAD* placerContactLocation:PL enteredByPerson:XCN*
    enteredByPhoneNumber:XTN* enteredByLocation:PL parentPlacerAppointmentId:EI parentFillerAppointmentId:EI
    placerOrderNumber:EI* fillerOrderNumber:EI* alternatePlacerOrderGroupNumber:EIP`,
  BHS: `batchFieldSeparator batchEncodingCharacters batchSendingApplication:HD batchSendingFacility:HD
    batchReceivingApplication:HD batchReceivingFacility:HD batchCreationDateTime batchSecurity batchNameIdType
    batchComment batchControlId referenceBatchControlId batchSendingNetworkAddress:HD
    batchReceivingNetworkAddress:HD`,
  BLG: 'whenToCharge:CCD chargeType chargeTypeAccountId:CX chargeTypeReason:CWE',
  BTS: 'batchMessageCount batchComment batchTotals*',
  CTD: `contactRole:CWE* contactName:XPN* contactAddress:XAD* contactLocation:PL contactCommunicationInformation:XTN*
    preferredMethodOfContact:CWE contactIdentifiers:PLN*`,
  CTI: 'sponsorStudyId:EI studyPhaseIdentifier:CWE studyScheduledTimePoint:CWE actionCode',
  DG1: `setId diagnosisCodingMethod diagnosisCode:CWE diagnosisDescription diagnosisDateTime diagnosisType:CWE
    majorDiagnosticCategory:CWE diagnosticRelatedGroup:CWE drgApprovalIndicator drgGrouperReviewCode outlierType:CWE
    outlierDays outlierCost:CP grouperVersionAndType diagnosisPriority diagnosingClinician:XCN*
    diagnosisClassification:CWE confidentialIndicator attestationDateTime diagnosisIdentifier:EI diagnosisActionCode
    parentDiagnosis:EI drgCclValueCode:CWE drgGroupingUsage drgDiagnosisDeterminationStatus:CWE
    presentOnAdmissionIndicator:CWE`,
  DSC: 'continuationPointer continuationStyle',
  ERR: `errorCodeAndLocation:ELD* errorLocation:ERL* hl7ErrorCode:CWE severity applicationErrorCode:CWE
    applicationErrorParameter* diagnosticInformation userMessage informPersonIndicator:CWE* overrideType:CWE
    overrideReasonCode:CWE* helpDeskContactPoint:XTN*`,
  EVN: `eventTypeCode recordedDateTime dateTimePlannedEvent eventReasonCode:CWE operatorId:XCN* eventOccurred
    eventFacility:HD`,
  FHS: `fileFieldSeparator fileEncodingCharacters fileSendingApplication:HD fileSendingFacility:HD
    fileReceivingApplication:HD fileReceivingFacility:HD fileCreationDateTime fileSecurity fileNameId
    fileHeaderComment fileControlId referenceFileControlId fileSendingNetworkAddress:HD
    fileReceivingNetworkAddress:HD`,
  FTS: 'fileBatchCount fileTrailerComment',
  GT1: `setId guarantorNumber:CX* guarantorName:XPN* guarantorSpouseName:XPN* guarantorAddress:XAD*
    guarantorPhoneNumberHome:XTN* guarantorPhoneNumberBusiness:XTN* guarantorDateTimeOfBirth
    guarantorAdministrativeSex:CWE guarantorType:CWE guarantorRelationship:CWE guarantorSsn guarantorDateBegin
    guarantorDateEnd guarantorPriority guarantorEmployerName:XPN* guarantorEmployerAddress:XAD*
    guarantorEmployerPhoneNumber:XTN* guarantorEmployeeIdNumber:CX* guarantorEmploymentStatus:CWE
    guarantorOrganizationName:XON* guarantorBillingHoldFlag guarantorCreditRatingCode:CWE guarantorDeathDateAndTime
    guarantorDeathFlag guarantorChargeAdjustmentCode:CWE guarantorHouseholdAnnualIncome:CP guarantorHouseholdSize
    guarantorEmployerIdNumber:CX* guarantorMaritalStatusCode:CWE guarantorHireEffectiveDate employmentStopDate
    livingDependency:CWE ambulatoryStatus:CWE* citizenship:CWE* primaryLanguage:CWE livingArrangement:CWE
    publicityCode:CWE protectionIndicator studentIndicator:CWE religion:CWE mothersMaidenName:XPN* nationality:CWE
    ethnicGroup:CWE* contactPersonsName:XPN* contactPersonsTelephoneNumber:XTN* contactReason:CWE
    contactRelationship:CWE jobTitle jobCodeClass:JCC guarantorEmployersOrganizationName:XON* handicap:CWE
    jobStatus:CWE guarantorFinancialClass:FC guarantorRace:CWE* guarantorBirthPlace vipIndicator:CWE`,
  IN1: `setId healthPlanId:CWE insuranceCompanyId:CX* insuranceCompanyName:XON* insuranceCompanyAddress:XAD*
    insuranceCoContactPerson:XPN* insuranceCoPhoneNumber:XTN* groupNumber groupName:XON* insuredsGroupEmpId:CX*
    insuredsGroupEmpName:XON* planEffectiveDate planExpirationDate authorizationInformation:AUI planType:CWE
    nameOfInsured:XPN* insuredsRelationshipToPatient:CWE insuredsDateOfBirth insuredsAddress:XAD*
    assignmentOfBenefits:CWE coordinationOfBenefits:CWE coordOfBenPriority noticeOfAdmissionFlag
    noticeOfAdmissionDate reportOfEligibilityFlag reportOfEligibilityDate releaseInformationCode:CWE
    preAdmitCert verificationDateTime verificationBy:XCN* typeOfAgreementCode:CWE billingStatus:CWE
    lifetimeReserveDays delayBeforeLrDay companyPlanCode:CWE policyNumber policyDeductible:CP policyLimitAmount:CP
    policyLimitDays roomRateSemiPrivate:CP roomRatePrivate:CP insuredsEmploymentStatus:CWE
    insuredsAdministrativeSex:CWE insuredsEmployersAddress:XAD* verificationStatus priorInsurancePlanId:CWE
    coverageType:CWE handicap:CWE insuredsIdNumber:CX* signatureCode:CWE signatureCodeDate insuredsBirthPlace
    vipIndicator:CWE externalHealthPlanIdentifiers:CX* insuranceActionCode`,
  IPC: `accessionIdentifier:EI requestedProcedureId:EI studyInstanceUid:EI scheduledProcedureStepId:EI modality:CWE
    protocolCode:CWE* scheduledStationName:EI scheduledProcedureStepLocation:CWE* scheduledStationAeTitle
    actionCode`,
  MRG: `priorPatientIdentifierList:CX* priorAlternatePatientId:CX* priorPatientAccountNumber:CX priorPatientId:CX
    priorVisitNumber:CX priorAlternateVisitId:CX* priorPatientName:XPN*`,
  MSA: `acknowledgmentCode messageControlId textMessage expectedSequenceNumber delayedAcknowledgmentType
    errorCondition:CWE messageWaitingNumber messageWaitingPriority`,
  MSH: `fieldSeparator encodingCharacters sendingApplication:HD sendingFacility:HD receivingApplication:HD
    receivingFacility:HD dateTimeOfMessage security messageType:MSG messageControlId processingId:PT versionId:VID
    sequenceNumber continuationPointer acceptAcknowledgmentType applicationAcknowledgmentType countryCode
    characterSet* principalLanguageOfMessage:CWE alternateCharacterSetHandlingScheme messageProfileIdentifier:EI*
    sendingResponsibleOrganization:XON receivingResponsibleOrganization:XON sendingNetworkAddress:HD
    receivingNetworkAddress:HD securityClassificationTag:CWE securityHandlingInstructions:CWE*
    specialAccessRestrictionInstructions*`,
  NK1: `setId name:XPN* relationship:CWE address:XAD* phoneNumber:XTN* businessPhoneNumber:XTN* contactRole:CWE
    startDate endDate nextOfKinAssociatedPartiesJobTitle nextOfKinAssociatedPartiesJobCodeClass:JCC
    nextOfKinAssociatedPartiesEmployeeNumber:CX organizationName:XON* maritalStatus:CWE administrativeSex:CWE
    dateTimeOfBirth livingDependency:CWE* ambulatoryStatus:CWE* citizenship:CWE* primaryLanguage:CWE
    livingArrangement:CWE publicityCode:CWE protectionIndicator studentIndicator:CWE religion:CWE
    mothersMaidenName:XPN* nationality:CWE ethnicGroup:CWE* contactReason:CWE* contactPersonsName:XPN*
    contactPersonsTelephoneNumber:XTN* contactPersonsAddress:XAD* nextOfKinAssociatedPartysIdentifiers:CX*
    jobStatus:CWE race:CWE* handicap:CWE contactPersonSocialSecurityNumber nextOfKinBirthPlace vipIndicator:CWE
    nextOfKinTelecommunicationInformation:XTN contactPersonsTelecommunicationInformation:XTN`,
  NTE: `setId sourceOfComment comment* commentType:CWE enteredBy:XCN enteredDateTime effectiveStartDate
    expirationDate codedComment:CWE*`,
  OBR: `setId placerOrderNumber:EI fillerOrderNumber:EI universalServiceIdentifier:CWE priority requestedDateTime
    observationDateTime observationEndDateTime collectionVolume:CQ collectorIdentifier:XCN* specimenActionCode
    dangerCode:CWE relevantClinicalInformation:CWE* specimenReceivedDateTime specimenSource:SPS
    orderingProvider:XCN* orderCallbackPhoneNumber:XTN* placerField1 placerField2 fillerField1 fillerField2
    resultsRptStatusChngDateTime chargeToPractice:MOC diagnosticServSectId resultStatus parentResult:PRL
    quantityTiming:TQ* resultCopiesTo:XCN* parentResultsObservationIdentifier:EIP transportationMode
    reasonForStudy:CWE* principalResultInterpreter:NDL assistantResultInterpreter:NDL* technician:NDL*
    transcriptionist:NDL* scheduledDateTime numberOfSampleContainers transportLogisticsOfCollectedSample:CWE*
    collectorsComment:CWE* transportArrangementResponsibility:CWE transportArranged escortRequired
    plannedPatientTransportComment:CWE* procedureCode:CNE procedureCodeModifier:CNE*
    placerSupplementalServiceInformation:CWE* fillerSupplementalServiceInformation:CWE*
    medicallyNecessaryDuplicateProcedureReason:CWE resultHandling:CWE parentUniversalServiceIdentifier:CWE
    observationGroupId:EI parentObservationGroupId:EI alternatePlacerOrderNumber:CX* parentOrder:EIP actionCode`,
  OBX: `setId valueType observationIdentifier:CWE observationSubId observationValue:varies* units:CWE referencesRange
    interpretationCodes:CWE* probability natureOfAbnormalTest* observationResultStatus
    effectiveDateOfReferenceRange userDefinedAccessChecks dateTimeOfTheObservation producersId:CWE
    responsibleObserver:XCN* observationMethod:CWE* equipmentInstanceIdentifier:EI* dateTimeOfTheAnalysis
    observationSite:CWE* observationInstanceIdentifier:EI moodCode:CNE performingOrganizationName:XON
    performingOrganizationAddress:XAD performingOrganizationMedicalDirector:XCN patientResultsReleaseCategory
    rootCause:CWE localProcessControl:CWE* observationType observationSubType actionCode
    observationValueAbsentReason:CWE* observationRelatedSpecimenIdentifier:EIP*`,
  ORC: `orderControl placerOrderNumber:EI fillerOrderNumber:EI placerGroupNumber:EIP orderStatus responseFlag
    quantityTiming:TQ* parentOrder:EIP* dateTimeOfOrderEvent enteredBy:XCN* verifiedBy:XCN* orderingProvider:XCN*
    enterersLocation:PL callBackPhoneNumber:XTN* orderEffectiveDateTime orderControlCodeReason:CWE
    enteringOrganization:CWE enteringDevice:CWE actionBy:XCN* advancedBeneficiaryNoticeCode:CWE
    orderingFacilityName:XON* orderingFacilityAddress:XAD* orderingFacilityPhoneNumber:XTN*
    orderingProviderAddress:XAD* orderStatusModifier:CWE advancedBeneficiaryNoticeOverrideReason:CWE
    fillersExpectedAvailabilityDateTime confidentialityCode:CWE orderType:CWE entererAuthorizationMode:CNE
    parentUniversalServiceIdentifier:CWE advancedBeneficiaryNoticeDate alternatePlacerOrderNumber:CX*
    orderWorkflowProfile:CWE* actionCode orderStatusDateRange:DR orderCreationDateTime fillerOrderGroupNumber:EI`,
  PD1: `livingDependency:CWE* livingArrangement:CWE patientPrimaryFacility:XON*
    patientPrimaryCareProviderNameAndIdNo:XCN* studentIndicator:CWE handicap:CWE livingWillCode:CWE
    organDonorCode:CWE separateBill duplicatePatient:CX* publicityCode:CWE protectionIndicator
    protectionIndicatorEffectiveDate placeOfWorship:XON* advanceDirectiveCode:CWE* immunizationRegistryStatus:CWE
    immunizationRegistryStatusEffectiveDate publicityCodeEffectiveDate militaryBranch:CWE militaryRankGrade:CWE
    militaryStatus:CWE advanceDirectiveLastVerifiedDate retirementDate`,
  PID: `setId patientId:CX patientIdentifierList:CX* alternatePatientId:CX* patientName:XPN* mothersMaidenName:XPN*
    dateTimeOfBirth administrativeSex:CWE patientAlias:XPN* race:CWE* patientAddress:XAD* countyCode
    phoneNumberHome:XTN* phoneNumberBusiness:XTN* primaryLanguage:CWE maritalStatus:CWE religion:CWE
    patientAccountNumber:CX ssnNumber driversLicenseNumber:DLN mothersIdentifier:CX* ethnicGroup:CWE* birthPlace
    multipleBirthIndicator birthOrder citizenship:CWE* veteransMilitaryStatus:CWE nationality:CWE
    patientDeathDateAndTime patientDeathIndicator identityUnknownIndicator identityReliabilityCode:CWE*
    lastUpdateDateTime lastUpdateFacility:HD taxonomicClassificationCode:CWE breedCode:CWE strain
    productionClassCode:CWE* tribalCitizenship:CWE* patientTelecommunicationInformation:XTN*`,
  PRD: `providerRole:CWE* providerName:XPN* providerAddress:XAD* providerLocation:PL
    providerCommunicationInformation:XTN* preferredMethodOfContact:CWE providerIdentifiers:PLN*
    effectiveStartDateOfProviderRole effectiveEndDateOfProviderRole* providerOrganizationNameAndIdentifier:XON
    providerOrganizationAddress:XAD* providerOrganizationLocationInformation:PL*
    providerOrganizationCommunicationInformation:XTN* providerOrganizationMethodOfContact:CWE`,
  PRT: `participationInstanceId:EI actionCode actionReason:CWE roleOfParticipation:CWE person:XCN*
    personProviderType:CWE organizationUnitType:CWE organization:XON* location:PL* device:EI* beginDateTime
    endDateTime qualitativeDuration:CWE address:XAD* telecommunicationAddress:XTN* udiDeviceIdentifier:EI
    deviceManufactureDate deviceExpiryDate deviceLotNumber deviceSerialNumber deviceDonationIdentification:EI
    deviceType:CNE preferredMethodOfContact:CWE contactIdentifiers:PLN*`,
  PV1: `setId patientClass:CWE assignedPatientLocation:PL admissionType:CWE preadmitNumber:CX
    priorPatientLocation:PL attendingDoctor:XCN* referringDoctor:XCN* consultingDoctor:XCN* hospitalService:CWE
    temporaryLocation:PL preadmitTestIndicator:CWE readmissionIndicator:CWE admitSource:CWE ambulatoryStatus:CWE*
    vipIndicator:CWE admittingDoctor:XCN* patientType:CWE visitNumber:CX financialClass:FC*
    chargePriceIndicator:CWE courtesyCode:CWE creditRating:CWE contractCode:CWE* contractEffectiveDate*
    contractAmount* contractPeriod* interestCode:CWE transferToBadDebtCode:CWE transferToBadDebtDate
    badDebtAgencyCode:CWE badDebtTransferAmount badDebtRecoveryAmount deleteAccountIndicator:CWE
    deleteAccountDate dischargeDisposition:CWE dischargedToLocation:DLD dietType:CWE servicingFacility:CWE
    bedStatus:CWE accountStatus:CWE pendingLocation:PL priorTemporaryLocation:PL admitDateTime dischargeDateTime
    currentPatientBalance totalCharges totalAdjustments totalPayments alternateVisitId:CX* visitIndicator:CWE
    otherHealthcareProvider:XCN*`,
  PV2: `priorPendingLocation:PL accommodationCode:CWE admitReason:CWE transferReason:CWE patientValuables*
    patientValuablesLocation visitUserCode:CWE* expectedAdmitDateTime expectedDischargeDateTime
    estimatedLengthOfInpatientStay actualLengthOfInpatientStay visitDescription referralSourceCode:XCN*
    previousServiceDate employmentIllnessRelatedIndicator purgeStatusCode:CWE purgeStatusDate
    specialProgramCode:CWE retentionIndicator expectedNumberOfInsurancePlans visitPublicityCode:CWE
    visitProtectionIndicator clinicOrganizationName:XON* patientStatusCode:CWE visitPriorityCode:CWE
    previousTreatmentDate expectedDischargeDisposition:CWE signatureOnFileDate firstSimilarIllnessDate
    patientChargeAdjustmentCode:CWE recurringServiceCode:CWE billingMediaCode expectedSurgeryDateAndTime
    militaryPartnershipCode militaryNonAvailabilityCode newbornBabyIndicator babyDetainedIndicator
    modeOfArrivalCode:CWE recreationalDrugUseCode:CWE* admissionLevelOfCareCode:CWE precautionCode:CWE*
    patientConditionCode:CWE livingWillCode:CWE organDonorCode:CWE advanceDirectiveCode:CWE*
    patientStatusEffectiveDate expectedLoaReturnDateTime expectedPreAdmissionTestingDateTime notifyClergyCode:CWE*
    advanceDirectiveLastVerifiedDate`,
  QAK: 'queryTag queryResponseStatus messageQueryName:CWE hitCountTotal thisPayload hitsRemaining',
  QRD: `queryDateTime queryFormatCode queryPriority queryId deferredResponseType deferredResponseDateTime
    quantityLimitedRequest:CQ whoSubjectFilter:XCN* whatSubjectFilter:CWE* whatDepartmentDataCode:CWE*
    whatDataCodeValueQual* queryResultsLevel`,
  RF1: `referralStatus:CWE referralPriority:CWE referralType:CWE referralDisposition:CWE* referralCategory:CWE
    originatingReferralIdentifier:EI effectiveDate expirationDate processDate referralReason:CWE*
    externalReferralIdentifier:EI* referralDocumentationCompletionStatus:CWE plannedTreatmentStopDate
    referralReasonText numberOfAuthorizedTreatmentsUnits:CQ numberOfUsedTreatmentsUnits:CQ
    numberOfScheduleTreatmentsUnits:CQ remainingBenefitAmount:MO authorizedProvider:XON
    authorizedHealthProfessional:XCN sourceText sourceDate sourcePhone:XTN comment actionCode`,
  RGS: 'setId segmentActionCode resourceGroupId:CWE',
  SCH: `placerAppointmentId:EI fillerAppointmentId:EI occurrenceNumber placerGroupNumber:EI scheduleId:CWE
    eventReason:CWE appointmentReason:CWE appointmentType:CWE appointmentDuration appointmentDurationUnits:CNE
    appointmentTimingQuantity:TQ* placerContactPerson:XCN* placerContactPhoneNumber:XTN placerContactAddress:XAD*
    placerContactLocation:PL fillerContactPerson:XCN* fillerContactPhoneNumber:XTN fillerContactAddress:XAD*
    fillerContactLocation:PL enteredByPerson:XCN* enteredByPhoneNumber:XTN* enteredByLocation:PL
    parentPlacerAppointmentId:EI parentFillerAppointmentId:EI fillerStatusCode:CWE placerOrderNumber:EI*
    fillerOrderNumber:EI* alternatePlacerOrderGroupNumber:EIP`,
  SFT: `softwareVendorOrganization:XON softwareCertifiedVersionOrReleaseNumber softwareProductName softwareBinaryId
    softwareProductInformation softwareInstallDate`,
  SPM: `setId specimenIdentifier:EIP specimenParentIds:EIP* specimenType:CWE specimenTypeModifier:CWE*
    specimenAdditives:CWE* specimenCollectionMethod:CWE specimenSourceSite:CWE specimenSourceSiteModifier:CWE*
    specimenCollectionSite:CWE specimenRole:CWE* specimenCollectionAmount:CQ groupedSpecimenCount
    specimenDescription* specimenHandlingCode:CWE* specimenRiskCode:CWE* specimenCollectionDateTime:DR
    specimenReceivedDateTime specimenExpirationDateTime specimenAvailability specimenRejectReason:CWE*
    specimenQuality:CWE specimenAppropriateness:CWE specimenCondition:CWE* specimenCurrentQuantity:CQ
    numberOfSpecimenContainers containerType:CWE containerCondition:CWE specimenChildRole:CWE accessionId:CX*
    otherSpecimenId:CX* shipmentId:EI`,
  TQ1: `setId quantity:CQ repeatPattern:RPT* explicitTime* relativeTimeAndUnits:CQ* serviceDuration:CQ startDateTime
    endDateTime priority:CWE* conditionText textInstruction conjunction occurrenceDuration:CQ totalOccurrences`,
  TXA: `setId documentType:CWE documentContentPresentation activityDateTime primaryActivityProviderCodeName:XCN*
    originationDateTime transcriptionDateTime editDateTime* originatorCodeName:XCN*
    assignedDocumentAuthenticator:XCN* transcriptionistCodeName:XCN* uniqueDocumentNumber:EI parentDocumentNumber:EI
    placerOrderNumber:EI* fillerOrderNumber:EI uniqueDocumentFileName documentCompletionStatus
    documentConfidentialityStatus documentAvailabilityStatus documentStorageStatus documentChangeReason
    authenticationPersonTimeStamp:PPN* distributedCopies:XCN* folderAssignment:CWE* documentTitle*
    agreedDueDateTime creatingFacility:HD creatingSpecialty:CWE`,
  UAC: 'userAuthenticationCredentialTypeCode:CWE userAuthenticationCredential:ED',
  ZDS: 'studyInstanceUid:RP',
}
