import { describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { GroupNotEmptyError, TopicSettingRefusedError, UnknownTopicError } from '../transport.errors';
import type { ConformanceSuite } from './support/conformance-suite';
import { numbered, offsetsOf, partitionNumbers } from './support/records';

export function adminConformance(suite: ConformanceSuite): void {
  describe('administration', () => {
    it('creates what is missing with its settings, and leaves what is there', async () => {
      const { admin } = suite.transport;
      const { replicationFactor } = suite.harness;
      const config = {
        'retention.ms': '2592000000',
        'cleanup.policy': 'delete',
        'max.message.bytes': '2000000',
      };
      const wanted = { topic: suite.topicName(), partitions: 6, replicationFactor, config };
      expect(await admin.createTopics([wanted])).toEqual([{ topic: wanted.topic, created: true }]);
      const other = { topic: suite.topicName(), partitions: 1, replicationFactor, config: {} };
      expect(await admin.createTopics([{ ...wanted, partitions: 2 }, other])).toEqual([
        { topic: wanted.topic, created: false },
        { topic: other.topic, created: true },
      ]);

      const [described] = await admin.describeTopics([wanted.topic]);
      expect(described).toMatchObject({ topic: wanted.topic, partitions: 6, replicationFactor });
      expect(described?.config).toMatchObject(config);
      expect(partitionNumbers(described?.partitionDetails ?? [])).toEqual([0, 1, 2, 3, 4, 5]);
      const brokers = (await admin.brokers()).map(({ id }) => id);
      for (const { leader, replicas, inSyncReplicas } of described?.partitionDetails ?? []) {
        expect(brokers).toContain(leader);
        expect(replicas.length).toBeGreaterThan(0);
        expect(inSyncReplicas.length).toBe(replicas.length);
      }
      expect(await admin.topicNames()).toEqual(expect.arrayContaining([wanted.topic, other.topic]));
    });

    it('tells a topic from the one that had its name before', async () => {
      const { admin } = suite.transport;
      const { replicationFactor } = suite.harness;
      const [topic, other] = [suite.topicName(), suite.topicName()];
      const wanted = [topic, other].map((name) => ({
        topic: name,
        partitions: 1,
        replicationFactor,
        config: {},
      }));
      await admin.createTopics(wanted);
      const before = await admin.topicIds([topic, other]);
      expect(new Set(before.values()).size).toBe(2);
      expect(await admin.topicIds([topic, other])).toEqual(before);
      await admin.deleteTopics([topic]);
      await admin.createTopics(wanted);
      const after = await admin.topicIds([topic, other]);
      expect(after.get(topic)).not.toBe(before.get(topic));
      expect(after.get(other)).toBe(before.get(other));
      await expect(admin.topicIds([suite.topicName()])).rejects.toBeInstanceOf(UnknownTopicError);
    });

    it('refuses a setting the log cannot honour by its name, and creates nothing', async () => {
      const { admin } = suite.transport;
      const topic = suite.topicName();
      const config = { 'no.such.setting': '1' };
      const wanted = { topic, partitions: 1, replicationFactor: suite.harness.replicationFactor, config };
      const refused = admin.createTopics([wanted]);
      await expect(refused).rejects.toBeInstanceOf(TopicSettingRefusedError);
      await expect(refused).rejects.toThrow(/no\.such\.setting/);
      expect(await admin.topicNames()).not.toContain(topic);
    });

    it('refuses a value the log cannot honour', async () => {
      const config = { 'retention.ms': 'a week' };
      const wanted = {
        topic: suite.topicName(),
        partitions: 1,
        replicationFactor: suite.harness.replicationFactor,
        config,
      };
      await expect(suite.transport.admin.createTopics([wanted])).rejects.toThrow(/retention\.ms/);
    });

    it('creates one topic once, from two sides at once', async () => {
      const other = await suite.open();
      const wanted = {
        topic: suite.topicName(),
        partitions: 2,
        replicationFactor: suite.harness.replicationFactor,
        config: {},
      };
      const answers = await Promise.all([
        suite.transport.admin.createTopics([wanted]),
        other.admin.createTopics([wanted]),
      ]);
      expect(answers.flat().filter(({ created }) => created)).toHaveLength(1);
      expect(await suite.transport.append(numbered(wanted.topic, 0, 1))).toHaveLength(1);
    });

    it('refuses to describe an unknown topic', async () => {
      const { admin } = suite.transport;
      await expect(admin.describeTopics(['conformance-no-such-topic'])).rejects.toBeInstanceOf(
        UnknownTopicError,
      );
      await expect(admin.offsets(['conformance-no-such-topic'])).rejects.toBeInstanceOf(UnknownTopicError);
    });

    it('deletes a topic with its records', async () => {
      const { admin } = suite.transport;
      const topic = await suite.topic();
      await suite.transport.append(numbered(topic, 0, 3));
      expect(await admin.topicNames()).toContain(topic);
      await admin.deleteTopics([topic]);
      await eventually(async () => !(await admin.topicNames()).includes(topic), {
        what: 'the end of the topic',
      });
      await eventually(() =>
        expect(admin.describeTopics([topic]))
          .rejects.toBeInstanceOf(UnknownTopicError)
          .then(() => true),
      );
    });

    it('tells start and end of every partition', async () => {
      const topic = await suite.topic({ partitions: 3 });
      await suite.transport.append([...numbered(topic, 0, 7), ...numbered(topic, 2, 2)]);
      const offsets = (await suite.transport.admin.offsets([topic])).toSorted(
        (a, b) => a.partition - b.partition,
      );
      expect(offsets).toEqual([
        { topic, partition: 0, start: 0n, end: 7n },
        { topic, partition: 1, start: 0n, end: 0n },
        { topic, partition: 2, start: 0n, end: 2n },
      ]);
    });

    it('describes a group: members, what each owns, and its end', async () => {
      const { admin } = suite.transport;
      const topic = await suite.topic({ partitions: 2 });
      const group = suite.group();
      expect((await admin.describeGroup(group)).state).toBe('dead');
      const member = await suite.join({ group, topics: [topic], clientId: 'described-client' });
      await eventually(() => member.owned().length === 2, { what: 'the assignment' });
      await member.member.commit([{ topic, partition: 0, offset: 0n }]);

      const stable = await eventually(async () => {
        const described = await admin.describeGroup(group);
        return described.state === 'stable' ? described : undefined;
      });
      expect(stable.group).toBe(group);
      expect(stable.members).toHaveLength(1);
      expect(stable.members[0]?.clientId).toBe('described-client');
      expect(stable.members[0]?.memberId).toBe(member.member.memberId);
      expect(stable.members[0]?.host).not.toBe('');
      expect(partitionNumbers(stable.members[0]?.assignment ?? [])).toEqual([0, 1]);
      expect(await admin.groupNames()).toContain(group);

      await member.member.close();
      await eventually(async () => (await admin.describeGroup(group)).state === 'empty', {
        what: 'the empty group',
      });
      expect(await admin.groupNames()).toContain(group);
    });

    it('sets the positions of an empty group, and refuses while it has members', async () => {
      const { admin } = suite.transport;
      const topic = await suite.topic({ partitions: 2 });
      const group = suite.group();
      await suite.transport.append([...numbered(topic, 0, 10), ...numbered(topic, 1, 10)]);
      const member = await suite.join({ group, topics: [topic] });
      await eventually(() => member.records.length === 20, { what: 'all records' });
      await member.member.commit([0, 1].map((partition) => ({ topic, partition, offset: 10n })));
      const reset = [
        { topic, partition: 0, offset: 3n },
        { topic, partition: 1, offset: 9n },
      ];
      await expect(admin.resetCommitted(group, reset)).rejects.toBeInstanceOf(GroupNotEmptyError);
      await member.member.close();

      await eventually(() => admin.resetCommitted(group, reset).then(() => true), { what: 'the reset' });
      const committed = (await admin.committed(group, [topic])).toSorted((a, b) => a.partition - b.partition);
      expect(committed).toEqual(reset);
      const again = await suite.join({ group, topics: [topic] });
      await eventually(() => again.records.length === 8, { what: 'the replay' });
      expect(offsetsOf(again.of({ topic, partition: 0 }))[0]).toBe(3n);
    });

    it('names its brokers', async () => {
      const brokers = await suite.transport.admin.brokers();
      expect(brokers.length).toBeGreaterThan(0);
      for (const { address } of brokers) expect(address).toMatch(/^.+:\d+$/);
    });
  });
}
