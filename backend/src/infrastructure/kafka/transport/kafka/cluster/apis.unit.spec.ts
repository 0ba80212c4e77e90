import { describe, expect, it } from 'vitest';
import { chooseApi } from './apis';

const offered = (minVersion: number, maxVersion: number) => [{ name: 'Fetch', minVersion, maxVersion }];

describe('the version of a message', () => {
  it('is the newest that both sides know', () => {
    expect(chooseApi('Fetch', offered(4, 18)).version).toBe(17);
    expect(chooseApi('Fetch', offered(4, 13)).version).toBe(13);
  });

  it('is refused where the brokers are too old', () => {
    expect(() => chooseApi('Fetch', offered(4, 12))).toThrow(
      expect.objectContaining({ code: 'KAFKA_REFUSED' }),
    );
    expect(() => chooseApi('Fetch', [])).toThrow('do not offer Fetch');
  });
});
