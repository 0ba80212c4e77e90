import { describe, expect, it } from 'vitest';
import { TopicSettingRefusedError } from '../transport.errors';
import { checkSettings, mostRecordBytes } from './topic-settings';

const topic = (config: Record<string, string>, name = 'orders', partitions = 6) => ({
  topic: name,
  partitions,
  replicationFactor: 3,
  config,
});

describe('topic settings', () => {
  it.each([
    { 'cleanup.policy': 'delete', 'retention.ms': '604800000', 'segment.ms': '1000' },
    { 'retention.ms': '-1', 'retention.bytes': '-1' },
    { 'compression.type': 'gzip', 'min.insync.replicas': '2', 'max.message.bytes': '1048588' },
  ])('are taken where the log honours them or they have no meaning here: %o', (config) => {
    expect(() => checkSettings(topic(config))).not.toThrow();
  });

  it.each([
    ['cleanup.policy', 'compact'],
    ['cleanup.policy', 'compact,delete'],
    ['retention.bytes', '1000'],
    ['retention.ms', 'a week'],
    ['message.timestamp.type', 'LogAppendTime'],
    ['remote.storage.enable', 'true'],
    ['retention.sm', '1000'],
  ])('are refused by name where it cannot: %s=%s', (name, value) => {
    expect(() => checkSettings(topic({ [name]: value }))).toThrow(TopicSettingRefusedError);
    expect(() => checkSettings(topic({ [name]: value }))).toThrow(name);
  });

  it('names every fault at once', () => {
    try {
      checkSettings(topic({ 'cleanup.policy': 'compact', 'retention.bytes': '5' }, 'a/b', 0));
      expect.unreachable();
    } catch (error) {
      const { faults } = error as TopicSettingRefusedError;
      expect(faults.map(({ path }) => path)).toEqual([
        'topic',
        'partitions',
        'config.cleanup.policy',
        'config.retention.bytes',
      ]);
    }
  });

  it("limit a record by max.message.bytes, of which Kafka's batch takes a part", () => {
    expect(mostRecordBytes({ 'max.message.bytes': '1000' })).toBe(930);
    expect(mostRecordBytes({})).toBe(1_048_588 - 70);
  });
});
