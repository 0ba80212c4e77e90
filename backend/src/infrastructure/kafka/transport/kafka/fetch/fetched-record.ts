import type { HeaderVisitor, LogRecord, PackedRecord, RecordHeader } from '../../transport.port';
import { headerName } from './header-names';
import { RecordCursor } from './record-cursor';

/** A batch of one partition, decompressed. */
export interface RecordSource {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Buffer;
}

const NONE = -1;

/**
 * A record as it lies in its batch. Nothing is made of its fields before they are asked for: as objects they cost a
 * waiting record a kilobyte, and the garbage collector a pass over some thirty of them.
 */
export class FetchedRecord implements LogRecord, PackedRecord {
  readonly headerCount: number;
  private readonly from: number;
  private readonly keyAt: number;
  private readonly keyEnd: number;
  private readonly valueAt: number;
  private readonly valueEnd: number;
  private readonly headersAt: number;
  private readonly headersEnd: number;

  /** Moves the cursor from the record's key behind the record, and so knows that all of it is there. */
  constructor(
    private readonly source: RecordSource,
    readonly offset: bigint,
    readonly timestamp: number,
    cursor: RecordCursor,
  ) {
    this.from = cursor.at;
    cursor.field();
    this.keyAt = cursor.start;
    this.keyEnd = cursor.at;
    cursor.field();
    this.valueAt = cursor.start;
    this.valueEnd = cursor.at;
    this.headerCount = cursor.number();
    this.headersAt = cursor.at;
    for (let left = this.headerCount; left > 0; left--) {
      cursor.field();
      cursor.field();
    }
    this.headersEnd = cursor.at;
  }

  get topic(): string {
    return this.source.topic;
  }

  get partition(): number {
    return this.source.partition;
  }

  get key(): Buffer | null {
    return this.keyAt === NONE ? null : this.source.bytes.subarray(this.keyAt, this.keyEnd);
  }

  get value(): Buffer | null {
    return this.valueAt === NONE ? null : this.source.bytes.subarray(this.valueAt, this.valueEnd);
  }

  get headers(): readonly RecordHeader[] {
    const headers: RecordHeader[] = [];
    this.eachHeader((name, bytes, from, to) => headers.push([name, bytes && bytes.subarray(from, to)]));
    return headers;
  }

  get packed(): PackedRecord {
    return this;
  }

  get bytes(): number {
    return this.headersEnd - this.from;
  }

  eachHeader(visit: HeaderVisitor): void {
    const { bytes } = this.source;
    const cursor = new RecordCursor(bytes, this.headersAt, this.headersEnd);
    for (let place = 0; place < this.headerCount; place++) {
      const length = cursor.field();
      const name = length === 0 ? '' : headerName(bytes, cursor.start, length, place);
      cursor.field();
      const { start } = cursor;
      visit(name, start === NONE ? null : bytes, start, cursor.at);
    }
  }
}
