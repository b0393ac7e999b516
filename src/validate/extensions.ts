import { type Check, fault, isObject, own, report } from './check.ts'

const both = fault('invariant', 'An extension has either a value or extensions, and one of them (ext-1).')

/** Every extension has a value or extensions; one whose definition is known is held against it, wherever it stands. */
export function extensionRules(definitionOf: (url: string) => Check | undefined): readonly Check[] {
  return [
    (value, place, context) => {
      if (!isObject(value)) return
      const names = Object.keys(value)
      const hasValue = names.some((name) => name.startsWith('value') || name.startsWith('_value'))
      if (hasValue === (own(value, 'extension') !== undefined)) report(context, both, place)
    },
    (value, place, context) => {
      if (isObject(value) && typeof value.url === 'string') definitionOf(value.url)?.(value, place, context)
    },
  ]
}
