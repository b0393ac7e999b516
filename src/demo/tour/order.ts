/** One referral of the tour: which exam, and which kind of centre does it. */
export interface TourOrder {
  ris: 'v2' | 'fhir' | 'json' | 'manual'
  centre: string
  modality: 'US' | 'CT' | 'MR'
  exam: { code: string; text: string }
  purpose: string
  justification: string
}

export const orders: readonly TourOrder[] = [
  {
    ris: 'v2',
    centre: 'ris-v2',
    modality: 'US',
    exam: { code: '24558-9', text: 'US Abdomen' },
    purpose: 'Rechercher une dilatation des voies urinaires',
    justification: 'Suspicion de pyélonéphrite, fièvre depuis 48 heures',
  },
  {
    ris: 'fhir',
    centre: 'ris-fhir',
    modality: 'CT',
    exam: { code: '36813-4', text: 'CT Abdomen and Pelvis W contrast IV' },
    purpose: 'Confirmer ou écarter une diverticulite',
    justification: 'Douleur de la fosse iliaque gauche, syndrome inflammatoire',
  },
  {
    ris: 'json',
    centre: 'ris-json',
    modality: 'MR',
    exam: { code: '30657-1', text: 'MR Brain WO contrast' },
    purpose: 'Écarter une cause secondaire',
    justification: 'Céphalées inhabituelles depuis trois semaines',
  },
  {
    ris: 'manual',
    centre: 'telephone',
    modality: 'US',
    exam: { code: '24558-9', text: 'US Abdomen' },
    purpose: 'Rechercher une lithiase vésiculaire',
    justification: 'Colique hépatique',
  },
]

/** The order as a doctor's software sends it. Fictive patient; INS of the national test range. */
export function orderMessage(order: TourOrder, number: string, rpps: string, now: Date): string {
  const stamp = (date: Date) => date.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')
  const until = stamp(new Date(now.getTime() + 14 * 86_400_000)).slice(0, 8)
  const doctor = `8${rpps}^Exemple^Camille^^^DR^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS`
  return [
    `MSH|^~\\&|DEMO_EHR|MARCHE|RELAIS||${stamp(now)}+0000||ORM^O01^ORM_O01|${number}|P|2.5.1|||||FRA|UNICODE UTF-8`,
    'PID|||279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS||PAT-TROIS^DOMINIQUE^DOMINIQUE^^^^L||19790328|F|||28 Av de Breteuil^^PARIS^^75007^FRA^H~^^^^^^BDL^^63220||||||||||||||||||||N|VALI',
    'PV1||O',
    `ORC|NW|${number}^^1.2.250.1.999.1^ISO|||||||${stamp(now)}+0000|||${doctor}||^PRN^PH^^^^^^^^^+33199000099`,
    `OBR|1|${number}^^1.2.250.1.999.1^ISO||${order.exam.code}^${order.exam.text}^LN|||||||||${order.justification}|||${doctor}|||||||||||^^^^${until}^R`,
    `NTE|1||${order.purpose}|FINALITE_EXAMEN^^HL70364`,
    `OBX|1|CE|MODALITE_IMAGERIE^Modalité^TLR_OBSERVATION||${order.modality}^^DCM||||||O`,
    'OBX|2|CE|82810-3^Pregnancy status^LN||60001007^Not pregnant^SCT||||||O',
    'OBX|3|FT|30954-2^Examens antérieurs^LN||Aucun connu||||||O',
  ]
    .map((segment) => `${segment}\r`)
    .join('')
}
