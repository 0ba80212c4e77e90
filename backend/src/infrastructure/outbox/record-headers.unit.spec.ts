import { describe, expect, it } from 'vitest';
import type { RecordHeader } from '@/infrastructure/kafka/transport/transport.port';
import { fromStored, toStored } from './record-headers';

describe('stored headers', () => {
  it.each<[string, RecordHeader[]]>([
    ['text', [['ce_id', Buffer.from('abc')]]],
    [
      'repeated names in order',
      [
        ['a', Buffer.from('1')],
        ['b', Buffer.from('2')],
        ['a', Buffer.from('3')],
      ],
    ],
    [
      'null and empty values',
      [
        ['a', null],
        ['b', Buffer.alloc(0)],
      ],
    ],
    ['bytes that are not UTF-8', [['a', Buffer.from([0xff, 0xfe, 0x00])]]],
    ['a NUL, which jsonb cannot hold', [['a', Buffer.from('x\u0000y')]]],
    ['a replacement character that was meant', [['a', Buffer.from('\ufffd')]]],
  ])('bring back %s byte for byte', (_, headers) => {
    const kept = JSON.parse(JSON.stringify(toStored(headers)));
    expect(fromStored(kept)).toEqual(headers);
  });
});
