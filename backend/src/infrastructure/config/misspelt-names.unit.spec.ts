import { describe, expect, it } from 'vitest';
import { distance, misspeltNames } from './misspelt-names';

const known = ['KAFKA_BROKERS', 'KAFKA_BROKER_1', 'KAFKA_SSL_ENABLED'];

describe('misspelt variable names', () => {
  it.each([
    ['KAFKA_BROKRES', 'KAFKA_BROKERS'],
    ['KAFKA_BROKER', 'KAFKA_BROKERS'],
    ['KAFKA_SSL_ENABLE', 'KAFKA_SSL_ENABLED'],
  ])('%s is taken for %s', (name, meant) => {
    expect(misspeltNames({ [name]: 'x' }, known, 'KAFKA_')).toEqual([
      { path: name, message: `is not a known variable; is ${meant} meant?` },
    ]);
  });

  it.each(['KAFKA_1_SERVICE_HOST', 'KAFKA_1_PORT_9092_TCP', 'KAFKA_LOG4J_OPTS', 'KAFKA_HEAP_OPTS', 'HOME'])(
    '%s is somebody else’s',
    (name) => {
      expect(misspeltNames({ [name]: 'x' }, known, 'KAFKA_')).toEqual([]);
    },
  );

  it('counts a swap of neighbours once', () => {
    expect(distance('ab', 'ba')).toBe(1);
    expect(distance('kitten', 'sitting')).toBe(3);
    expect(distance('same', 'same')).toBe(0);
  });
});
