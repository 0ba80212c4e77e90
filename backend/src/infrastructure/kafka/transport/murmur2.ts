const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
const SHIFT = 24;

/** The 32-bit hash of Kafka's Java client, as a signed integer. Differs from plain MurmurHash2 in its seed only. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const whole = length & ~3;
  let hash = SEED ^ length;
  for (let index = 0; index < whole; index += 4) {
    let word = Math.imul(view.getInt32(index, true), MULTIPLIER);
    word = Math.imul(word ^ (word >>> SHIFT), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ word;
  }
  if (whole < length) {
    for (let index = length - 1; index >= whole; index -= 1) {
      hash ^= view.getUint8(index) << ((index - whole) * 8);
    }
    hash = Math.imul(hash, MULTIPLIER);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/** Where the Java client's default partitioner puts a record with this key. */
export function partitionOfKey(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
