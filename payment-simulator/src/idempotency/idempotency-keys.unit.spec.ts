import { describe, expect, it } from 'vitest';
import { IdempotencyKeys } from './idempotency-keys.ts';

const POSITION = { offset: 0, length: 10, index: 0 };
const keys = (limit = 100) => new IdempotencyKeys({ lifetimeMs: 1_000, limit });
const saved = (savedAt: number, fingerprint = 'f') => ({
  fingerprint,
  requestId: 'req_1',
  savedAt,
  position: POSITION,
});

describe('idempotency keys', () => {
  it('are taken once at a time', () => {
    const all = keys();
    expect(all.claim('k', 'f', 0)).toBeUndefined();
    expect(() => all.claim('k', 'f', 0)).toThrow(/in-progress/);
    all.release('k');
    expect(all.claim('k', 'other', 0)).toBeUndefined();
  });

  it('lead to their answer until their time is over', () => {
    const all = keys();
    all.save('k', saved(0));
    expect(all.claim('k', 'f', 999)).toMatchObject({ requestId: 'req_1', position: POSITION });
    expect(all.claim('k', 'f', 1_000)).toBeUndefined();
    expect(all.size).toBe(0);
  });

  it('belong to the parameters they came with', () => {
    const all = keys();
    all.save('k', saved(0));
    expect(() => all.claim('k', 'g', 1)).toThrow(/same parameters/);
  });

  it('are forgotten oldest first, also when one was saved anew', () => {
    const all = keys();
    all.save('a', saved(0));
    all.save('b', saved(500));
    all.save('a', saved(900));
    expect(all.claim('b', 'f', 1_600)).toBeUndefined();
    expect(all.claim('a', 'f', 1_600)).toBeDefined();
  });

  it('are bounded in number and length', () => {
    const all = keys(1);
    all.save('a', saved(0));
    expect(() => all.claim('b', 'f', 1)).toThrow(/Too many/);
    expect(() => all.claim('x'.repeat(256), 'f', 1)).toThrow(/255/);
  });
});
