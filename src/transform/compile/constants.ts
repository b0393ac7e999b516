import { expression } from '../expressions/expression.ts'
import type { Constant, Literal, MapFile } from '../language/syntax.ts'
import { type Frame, newRun, type Run } from '../run.ts'
import { plain } from '../shapes/shape.ts'
import type { Unit } from './context.ts'
import { emptyScope } from './scope.ts'

/** The constants of a map: `let` with a literal, or with FHIRPath that needs no message. */
export function constantsOf(map: MapFile, unit: Unit): Map<string, Literal['value']> {
  const found = new Map<string, Literal['value']>()
  for (const constant of map.constants) {
    const value = worth(constant, unit)
    if (found.has(constant.name))
      unit.fault(constant, `There is a constant "${constant.name}" here already; rename one.`)
    else if (value !== undefined) found.set(constant.name, value)
  }
  return found
}

function worth({ value, ...at }: Constant, unit: Unit): Literal['value'] | undefined {
  if (value.kind === 'literal') return value.value
  const scope = emptyScope()
  const evaluated = expression(value, { unit, scope, shape: plain, place: at.name })('undefined')
  const found = scope.writing.finish<(frame: Frame, run: Run) => unknown>(
    at.name,
    'frame, run',
    `return ${evaluated}`,
  )([], newRun({}))
  if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') return found
  unit.fault(value, 'A constant is one text, number or boolean, and needs nothing of the message.')
  return undefined
}
