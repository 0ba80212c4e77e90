import type { LogRecord, OutgoingRecord, Position } from '../../transport.port';

/** One call of `append`: settled when each of its records has a position, or with the first failure. */
export class AppendCall {
  readonly promise: Promise<readonly Position[]>;
  readonly #positions: Position[] = [];
  #remaining: number;
  #ended = false;
  #resolve!: (positions: readonly Position[]) => void;
  #reject!: (error: Error) => void;

  constructor(records: number) {
    this.#remaining = records;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  placed(index: number, position: Position): void {
    this.#positions[index] = position;
    this.#remaining -= 1;
    if (this.#remaining === 0) this.#resolve(this.#positions);
  }

  failed(error: Error): void {
    this.#ended = true;
    this.#reject(error);
  }

  /** Failed already: its caller will repeat the whole, so what is still waiting must not go before that. */
  get hasFailed(): boolean {
    return this.#ended;
  }
}

/** A record on its way, and the call that waits for it. */
export interface Entry {
  readonly record: OutgoingRecord;
  readonly call: AppendCall;
  readonly index: number;
  readonly bytes: number;
  /** `performance.now()` after which nobody waits any more. */
  readonly deadline: number;
}

const RECORD_OVERHEAD = 64;
const HEADER_OVERHEAD = 8;

export function sizeOf(record: OutgoingRecord | LogRecord): number {
  if ('packed' in record && record.packed)
    return RECORD_OVERHEAD + HEADER_OVERHEAD * record.packed.headerCount + record.packed.bytes;
  const { key, value, headers } = record;
  let bytes = RECORD_OVERHEAD + (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, content] of headers) bytes += HEADER_OVERHEAD + name.length + (content?.length ?? 0);
  return bytes;
}
