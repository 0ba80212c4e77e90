import { describe, expect, it } from 'vitest';
import { murmur2, partitionOfKey } from './murmur2';

describe('murmur2', () => {
  // From UtilsTest of Apache Kafka's clients.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as the Java client does', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });

  it('hashes bytes that do not begin at a word of their buffer', () => {
    const bytes = Buffer.from('xfoobar').subarray(1);
    expect(murmur2(bytes)).toBe(-790332482);
  });

  it('drops the sign bit before it divides', () => {
    expect(partitionOfKey(Buffer.from('foobar'), 6)).toBe((-790332482 & 0x7fffffff) % 6);
  });

  it('hashes no bytes', () => {
    expect(partitionOfKey(Buffer.alloc(0), 6)).toBe((275646681 & 0x7fffffff) % 6);
  });
});
