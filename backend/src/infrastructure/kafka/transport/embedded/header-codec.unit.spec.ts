import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHeaders, encodedLength, encodeHeaders } from './header-codec';

const header = fc.tuple(
  fc.string({ unit: 'grapheme' }),
  fc.option(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
);

describe('headers', () => {
  it('come back as they were, order, repetition, null and empty values included', () => {
    fc.assert(
      fc.property(fc.array(header), (headers) => {
        expect(decodeHeaders(encodeHeaders(headers))).toEqual(headers);
      }),
    );
  });

  it('take the bytes that are foretold', () => {
    fc.assert(
      fc.property(fc.array(header), (headers) => {
        expect(encodeHeaders(headers)).toHaveLength(encodedLength(headers));
      }),
    );
  });
});
