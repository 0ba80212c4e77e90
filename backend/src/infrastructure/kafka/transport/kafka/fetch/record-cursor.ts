/**
 * Goes through the records of a batch. Every number in them is a zigzag varint; see
 * https://kafka.apache.org/documentation/#record. Throws `RangeError` where the bytes end too early.
 */
export class RecordCursor {
  /** Where the field read last begins; -1 where it is null. */
  start = -1;

  constructor(
    private readonly bytes: Buffer,
    public at = 0,
    private readonly end = bytes.length,
  ) {}

  skip(count: number): void {
    this.at += count;
    if (this.at > this.end) throw cutOff();
  }

  /** Exact up to 2^53, which no length, difference of offsets or of times comes near to. */
  number(): number {
    const { bytes, end } = this;
    let at = this.at;
    if (at >= end) throw cutOff();
    let byte = bytes[at++] as number;
    let value = byte & 0x7f;
    for (let scale = 128; byte >= 0x80; scale *= 128) {
      if (at >= end) throw cutOff();
      byte = bytes[at++] as number;
      value += (byte & 0x7f) * scale;
    }
    this.at = at;
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A key, a value, a header's name or value: answers its length, 0 where it is null. */
  field(): number {
    const length = this.number();
    this.start = length < 0 ? -1 : this.at;
    if (length <= 0) return 0;
    this.skip(length);
    return length;
  }
}

const cutOff = (): RangeError => new RangeError('A record ends before its last field.');
