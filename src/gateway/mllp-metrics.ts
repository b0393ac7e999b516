import { Counter, Gauge, type Registry } from 'prom-client'
import type { Listening, ListenOptions } from '../connectors/mllp/index.ts'

/** Shows how full the listener for HL7 v2 is, and counts whom it does not let in. */
export function mllpMetrics(registry: Registry) {
  const refused = new Counter({
    name: 'relais_mllp_refused_total',
    help: 'Connections for HL7 v2 that were not let in. full: too many in all; address: too many from one address; stranger: too many from where no partner sends',
    labelNames: ['why'],
    registers: [registry],
  })
  return {
    onRefused: ((why) => refused.inc({ why })) satisfies ListenOptions['onRefused'],
    /** From now on the connections of this listener are shown. */
    shows(listening: Pick<Listening, 'connections'>): void {
      new Gauge({
        name: 'relais_mllp_connections',
        help: 'Connections for HL7 v2 that stand',
        registers: [registry],
        collect() {
          this.set(listening.connections)
        },
      })
    },
  }
}
