import { mllpLine } from '../lines.ts'
import { senderName } from '../territory.ts'
import type { Scenario, Where } from './scenario.ts'

/** An order by HL7 v2 (ORM^O01) over MLLP on connections that stay; the acknowledgement says that it is on disk. */
export const v2Intake: Scenario<{ where: Where }> = {
  name: 'v2-intake',
  floor: 'floor-mllp',
  server: 'gateway',
  order: async ({ gateway: { mllp } }) => ({ where: mllp }),
  line: ({ where: { host, port } }) => mllpLine(host, port),
  request: (_, n) => Buffer.from(`\x0b${orderMessage(n)}\x1c\r`),
  isRight: ({ body }) => /\rMSA\|AA\|/.test(body),
}

const patientCount = 5_000

/** Patients of a town are born on many days. */
const bornOn = (n: number) => `${1940 + (n % 70)}0${1 + (n % 9)}1${n % 10}`

/** A patient who may have been here before, a doctor who has, an exam, a purpose, a justification and two answers. */
export function orderMessage(n: number): string {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')
  const patient = n % patientCount
  const doctor = '899900000011^Exemple^Camille^^^DR^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS'
  const number = `${n}^^1.2.250.1.999.1^ISO`
  return [
    `MSH|^~\\&|${senderName}||RELAIS||${stamp}+0000||ORM^O01^ORM_O01|M${n}|P|2.5.1|||||FRA|UNICODE UTF-8`,
    `PID|||${patient}^^^BENCH&1.2.250.1.999.2&ISO^PI||PAT-${patient}^DOMINIQUE^DOMINIQUE^^^^L||${bornOn(patient)}|F|||28 Av de Breteuil^^PARIS^^75007^FRA^H`,
    'PV1||O',
    `ORC|NW|${number}|||||||${stamp}+0000|||${doctor}||^PRN^PH^^^^^^^^^+33199000099`,
    `OBR|1|${number}||24558-9^US Abdomen^LN|||||||||Suspicion de pyélonéphrite|||${doctor}|||||||||||^^^^20301231^R`,
    'NTE|1||Rechercher une dilatation des voies urinaires|FINALITE_EXAMEN^^HL70364',
    'OBX|1|CE|MODALITE_IMAGERIE^Modalité^TLR_OBSERVATION||US^^DCM||||||O',
    'OBX|2|CE|82810-3^Pregnancy status^LN||60001007^Not pregnant^SCT||||||O',
  ]
    .map((segment) => `${segment}\r`)
    .join('')
}
