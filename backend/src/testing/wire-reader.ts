/** Reads the primitive types of Kafka's protocol one after another. https://kafka.apache.org/protocol#protocol_types */
export class WireReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  int8(): number {
    return this.bytes.readInt8(this.advance(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.advance(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.advance(4));
  }

  int64(): bigint {
    return this.bytes.readBigInt64BE(this.advance(8));
  }

  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes.readUInt8(this.advance(1));
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  string(): string | null {
    const length = this.int16();
    return length < 0 ? null : this.take(length).toString();
  }

  compactString(): string | null {
    return this.compactBytes()?.toString() ?? null;
  }

  compactBytes(): Buffer | null {
    const length = this.unsignedVarint() - 1;
    return length < 0 ? null : this.take(length);
  }

  compactArray<T>(item: () => T): T[] {
    const length = Math.max(0, this.unsignedVarint() - 1);
    return Array.from({ length }, item);
  }

  taggedFields(): void {
    for (let fields = this.unsignedVarint(); fields > 0; fields -= 1) {
      this.unsignedVarint();
      this.take(this.unsignedVarint());
    }
  }

  take(length: number): Buffer {
    const from = this.advance(length);
    return this.bytes.subarray(from, from + length);
  }

  private advance(length: number): number {
    const from = this.at;
    this.at += length;
    return from;
  }
}
