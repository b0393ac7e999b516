import { Counter, type Registry } from 'prom-client'
import type { Desk } from '../flows/step.ts'
import type { Log } from '../log.ts'

/** Counts and logs places that are refused for a quota is used up: which quota, and to whom. */
export function quotaRefusals(registry: Registry, log: Log): NonNullable<Desk['quotaRefused']> {
  const counter = new Counter({
    name: 'relais_quota_refusals_total',
    help: 'Reserved places that were refused, by the quota that was used up',
    labelNames: ['quota'],
    registers: [registry],
  })
  return ({ name, label, per }, { client }) => {
    counter.inc({ quota: name })
    log.event('quota.refused', { quota: name, label, per, client })
  }
}
