import { describe, expect, it } from 'vitest';
import { idempotencyKeyOf } from './idempotency-key';

describe('the Idempotency-Key header', () => {
  it('is taken as it stands', () => {
    expect(idempotencyKeyOf('4f1d-9a')).toBe('4f1d-9a');
  });

  it.each([[undefined], [''], ['  '], ['a b'], ['x'.repeat(256)], ['naïve'], [['a', 'b']]])(
    '%j is refused',
    (header) => {
      expect(() => idempotencyKeyOf(header)).toThrow(
        expect.objectContaining({ code: 'IDEMPOTENCY_KEY_REQUIRED' }),
      );
    },
  );
});
