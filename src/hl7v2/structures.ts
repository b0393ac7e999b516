/**
 * The abstract syntax of the messages: segments and NAMED groups in order, with `?` optional, `*` optional and
 * repeating, `+` repeating; `OBR|RQD` one of these. A group that would begin like its neighbour says after `@` which
 * segments open it.
 *
 * One structure serves versions 2.3 to 2.8: what a later version added is optional, and a group that a later version
 * put around ORC is left out, so that a path is the same in each. What comes in no place of these is kept all the
 * same (`tree.ts`).
 *
 * Source: HL7 v2.5.1 and v2.8.2, chapters 2, 3, 4, 7, 9, 10, 11.
 */
export const structures: Readonly<Record<string, string>> = {
  ACK: 'MSH SFT* UAC? MSA ERR*',

  ADT_A01: `MSH SFT* UAC? EVN PID PD1? PRT* NK1* PV1? PV2? OBX* AL1* DG1* DRG?
    PROCEDURE*(PR1 PRT*) GT1* INSURANCE*(IN1 IN2? IN3* PRT*) ACC? UB1? UB2? PDA?`,

  ADT_A39: 'MSH SFT* UAC? EVN PATIENT+(PID PD1? MRG PV1?)',

  MDM_T02: `MSH SFT* UAC? EVN PID PV1? COMMON_ORDER*(ORC PRT* TIMING*(TQ1 TQ2*) OBR NTE*) TXA CON*
    OBSERVATION*(OBX PRT* NTE*)`,

  OMG_O19: `MSH SFT* UAC? NTE*
    PATIENT?(PID PD1? PRT* NTE* NK1* ARV* PATIENT_VISIT?(PV1 PV2? PRT*) INSURANCE*(IN1 IN2? IN3?) GT1? AL1*)
    ORDER+(ORC PRT* TIMING*(TQ1 TQ2*) OBR NTE* CTD? DG1* OBSERVATION*(OBX PRT* NTE*)
      SPECIMEN*(SPM OBX* PRT* CONTAINER*(SAC OBX* PRT*))
      PRIOR_RESULT*@PID,PV1,AL1(PATIENT_PRIOR?(PID PD1? PRT*) PATIENT_VISIT_PRIOR?(PV1 PV2? PRT*) AL1*
        ORDER_PRIOR+(ORC? PRT* OBR TIMING_PRIOR*(TQ1 TQ2*) NTE* OBSERVATION_PRIOR+(OBX PRT* NTE*)))
      FT1* CTI* BLG?)`,

  OMI_O23: `MSH SFT* UAC? NTE*
    PATIENT?(PID PD1? PRT* NTE* PATIENT_VISIT?(PV1 PV2? PRT*) INSURANCE*(IN1 IN2? IN3?) GT1? AL1*)
    ORDER+(ORC PRT* TIMING*(TQ1 TQ2*) OBR NTE* CTD? DG1* OBSERVATION*(OBX PRT* NTE*) IPC*)`,

  ORM_O01: `MSH SFT* NTE*
    PATIENT?(PID PD1? PRT* NTE* NK1* PATIENT_VISIT?(PV1 PV2? PRT*) INSURANCE*(IN1 IN2? IN3?) GT1? AL1*)
    ORDER+(ORC PRT* TIMING*(TQ1 TQ2*)
      ORDER_DETAIL?(OBR|RQD|RQ1|RXO|ODS|ODT PRT* NTE* CTD? DG1* OBSERVATION*(OBX PRT* NTE*))
      FT1* CTI* BLG?)`,

  ORU_R01: `MSH SFT* UAC?
    PATIENT_RESULT+(
      PATIENT?(PID PD1? PRT* NTE* NK1* ARV* PATIENT_OBSERVATION*(OBX PRT*) VISIT?(PV1 PV2? PRT*))
      ORDER_OBSERVATION+(ORC? PRT* ORDER_DOCUMENT?(OBX PRT* TXA) OBR NTE* TIMING_QTY*(TQ1 TQ2*) CTD?
        OBSERVATION*(OBX PRT* NTE*) FT1* CTI* SPECIMEN*(SPM OBX* PRT*)))
    DSC?`,

  REF_I12: `MSH SFT* UAC? RF1? AUTHORIZATION_CONTACT?(AUT CTD?) PROVIDER_CONTACT+(PRD CTD*) PID NK1* GT1*
    INSURANCE*(IN1 IN2? IN3?) ACC? DG1* DRG* AL1* PROCEDURE*(PR1 AUTHORIZATION_CONTACT?(AUT CTD?))
    OBSERVATION*(OBR PRT* NTE* RESULTS_NOTES*(OBX PRT* NTE*)) PATIENT_VISIT?(PV1 PV2?) NTE*`,

  RRI_I12: `MSH SFT* UAC? MSA? RF1? AUTHORIZATION_CONTACT?(AUT CTD?) PROVIDER_CONTACT+(PRD CTD*) PID ACC? DG1* DRG* AL1*
    PROCEDURE*(PR1 AUTHORIZATION_CONTACT?(AUT CTD?)) OBSERVATION*(OBR NTE* RESULTS_NOTES*(OBX NTE*))
    PATIENT_VISIT?(PV1 PV2?) NTE*`,

  SIU_S12: `MSH SCH TQ1* NTE* PATIENT*(PID PD1? PRT* PV1? PV2? OBX* DG1*)
    RESOURCES+(RGS SERVICE*(AIS NTE*) GENERAL_RESOURCE*(AIG NTE*) LOCATION_RESOURCE*(AIL NTE*)
      PERSONNEL_RESOURCE*(AIP PRT* NTE*))`,

  SQM_S25: `MSH QRD QRF? REQUEST?(ARQ APR? PID? RESOURCES*(RGS SERVICE*(AIS APR?) GENERAL_RESOURCE*(AIG APR?)
    PERSONNEL_RESOURCE*(AIP APR?) LOCATION_RESOURCE*(AIL APR?))) DSC?`,

  SQR_S25: `MSH MSA ERR* QAK? SCHEDULE*(SCH TQ1* NTE* PATIENT?(PID PV1? PV2? DG1?) RESOURCES*(RGS SERVICE*(AIS NTE*)
    GENERAL_RESOURCE*(AIG NTE*) PERSONNEL_RESOURCE*(AIP NTE*) LOCATION_RESOURCE*(AIL NTE*))) DSC?`,

  SRM_S01: `MSH ARQ APR? NTE* PATIENT*(PID PD1? PRT* PV1? PV2? OBX* DG1*)
    RESOURCES+(RGS SERVICE*(AIS APR? NTE*) GENERAL_RESOURCE*(AIG APR? NTE*) LOCATION_RESOURCE*(AIL APR? NTE*)
      PERSONNEL_RESOURCE*(AIP PRT* APR? NTE*))`,

  SRR_S01: `MSH MSA ERR*
    SCHEDULE?(SCH TQ1* NTE* PATIENT*(PID PD1? PRT* PV1? PV2? OBX* DG1*)
      RESOURCES+(RGS SERVICE*(AIS NTE*) GENERAL_RESOURCE*(AIG NTE*) LOCATION_RESOURCE*(AIL NTE*)
        PERSONNEL_RESOURCE*(AIP PRT* NTE*)))`,
}

/** Message type and event → structure, where the event's own name is not the structure's. */
export const structureOfEvent: Readonly<Record<string, string>> = {
  ...named('ADT', ['A01', 'A02', 'A03', 'A04', 'A05', 'A08', 'A11', 'A13', 'A28', 'A31'], 'ADT_A01'),
  ...named('ADT', ['A39', 'A40', 'A41', 'A42'], 'ADT_A39'),
  ...named('MDM', ['T02', 'T04', 'T06', 'T08', 'T10', 'T11'], 'MDM_T02'),
  ...named('REF', ['I12', 'I13', 'I14', 'I15'], 'REF_I12'),
  ...named('RRI', ['I12', 'I13', 'I14', 'I15'], 'RRI_I12'),
  ...named('SIU', numbered(12, 27), 'SIU_S12'),
  ...named('SRM', numbered(1, 11), 'SRM_S01'),
  ...named('SRR', numbered(1, 11), 'SRR_S01'),
  ...named('ORU', ['R01', 'R32', 'W01'], 'ORU_R01'),
}

function named(type: string, events: readonly string[], structure: string): Record<string, string> {
  return Object.fromEntries(events.map((event) => [`${type}_${event}`, structure]))
}

function numbered(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, n) => `S${String(first + n).padStart(2, '0')}`)
}
