/** One thing that is wrong with a map, and where. Lines and columns count from 1. */
export interface Fault {
  file: string
  line: number
  column: number
  /** What is wrong and what to write instead. */
  text: string
}

/** Maps that cannot be loaded: all that is wrong with them, in the order of their files. */
export class MapError extends Error {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super(faults.map(told).join('\n'))
    this.name = 'MapError'
    this.faults = faults
  }
}

const told = ({ file, line, column, text }: Fault) => `${file}:${line}:${column} ${text}`
