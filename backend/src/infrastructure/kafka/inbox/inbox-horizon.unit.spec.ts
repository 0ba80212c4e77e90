import { describe, expect, it } from 'vitest';
import type { TopicDescription } from '@/infrastructure/kafka/transport/transport.port';
import { InboxHorizon } from './inbox-horizon';

const DAY = 86_400_000;
const NOON = Date.parse('2031-05-01T12:00:00Z');

function horizonOver(...configs: Record<string, string>[]) {
  const admin = {
    describeTopics: async () => configs.map((config) => ({ config }) as unknown as TopicDescription),
  };
  return new InboxHorizon({
    leastMs: 14 * DAY,
    admin,
    topics: () => configs.map((_, index) => `t${index}`),
    clock: async () => NOON,
  });
}

describe('the horizon of the inbox', () => {
  it.each([
    ['the option, where topics forget earlier', [{ 'retention.ms': `${2 * DAY}` }], 14 * DAY],
    [
      'a day and an open segment more than the longest retention',
      [{ 'retention.ms': `${7 * DAY}` }, { 'retention.ms': `${30 * DAY}` }],
      38 * DAY,
    ],
    ["the same with Kafka's defaults", [{}], 15 * DAY],
    [
      'shorter where segments are closed soon',
      [{ 'retention.ms': `${30 * DAY}`, 'segment.ms': `${DAY}` }],
      32 * DAY,
    ],
    ['never, where a topic keeps all', [{ 'retention.ms': '-1' }, { 'retention.ms': '1' }], Infinity],
    [
      'never, where a topic keeps the last of each key',
      [{ 'cleanup.policy': 'compact', 'retention.ms': '1' }],
      Infinity,
    ],
    [
      'by retention, where it is compacted and deleted',
      [{ 'cleanup.policy': 'compact, delete', 'retention.ms': '1' }],
      14 * DAY,
    ],
    ['the option, without topics', [], 14 * DAY],
  ])('is %s', async (_, configs, expected) => {
    const horizon = horizonOver(...configs);
    expect(horizon.ms).toBe(Infinity);
    expect(await horizon.refresh()).toBe(expected);
    expect(horizon.ms).toBe(expected);
    horizon.forget();
    expect(horizon.ms).toBe(Infinity);
  });

  it('goes by the clock that it was given, not by that of the process', async () => {
    const horizon = horizonOver();
    await horizon.learn();
    expect(horizon.now - NOON).toBeGreaterThanOrEqual(0);
    expect(horizon.now - NOON).toBeLessThan(DAY);
  });
});
