import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { OrderCreatedEvent } from '@shop/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { sql } from '@/infrastructure/postgres/sql';
import { orderOf } from '@/testing/dead-letter-state';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { unique } from '@/testing/unique';
import type { HandlerOptions } from '../consumer/handler';
import { EventConsumerService } from '../consumer/event-consumer.service';
import { KafkaModule } from '../kafka.module';
import { KafkaRuntime } from '../kafka-runtime';
import { EventPublisherService } from '../publisher/event-publisher.service';
import { DeadLetters } from './dead-letters';
import type { Letter, LetterStatus } from './letter';

const QUICK = { retry: { attempts: 2, firstDelayMs: 1, longestDelayMs: 5 } } satisfies HandlerOptions;

/** Acts as rows, carried out by the engine that owns the partition. */
describe('a dead letter, acted on', () => {
  let database: TestDatabase;
  let app: Awaited<ReturnType<typeof start>>;
  const service = unique('svc').replaceAll('-', '_');

  function start() {
    const options = {
      engine: 'embedded' as const,
      service,
      builtInTopics: ['order-events', 'audit-events'] as const,
      database: { url: database.url },
    };
    @Module({ imports: [KafkaModule.forRoot(options)] })
    class ServiceUnderTest {}
    return NestFactory.createApplicationContext(ServiceUnderTest, { abortOnError: false, logger: false });
  }

  const letters = () => app.get(DeadLetters, { strict: false });
  const runtime = () => app.get(KafkaRuntime, { strict: false });
  const publish = (orderId: string, ...users: readonly string[]) =>
    app.get(UnitOfWork, { strict: false }).run(async () => {
      const publisher = app.get(EventPublisherService, { strict: false });
      for (const userId of users) await publisher.publishOrderCreated({ ...orderOf(orderId), userId });
    });

  /** A handler of its own that fails for the users in `failing`; `seen` has what it did, of this spec's keys. */
  function handler(name: string, options: HandlerOptions) {
    const failing = new Set<string>();
    const seen: string[] = [];
    const keys = new Set<string>();
    const tries: string[] = [];
    app.get(EventConsumerService, { strict: false }).registerHandler(
      'order.created',
      (event: OrderCreatedEvent) => {
        if (!keys.has(event.data.orderId)) return;
        tries.push(event.data.userId);
        if (failing.has(event.data.userId)) throw new TypeError(`no ${event.data.userId}`);
        seen.push(event.data.userId);
      },
      { name, ...QUICK, ...options, independent: true },
    );
    const key = () => {
      const orderId = unique('order');
      keys.add(orderId);
      return orderId;
    };
    const letterIn = (orderId: string, status: LetterStatus) =>
      eventually(
        async () => {
          const { items } = await letters().list({ handler: name, key: orderId, status }, 10);
          return items[0];
        },
        { what: `a letter of ${name} that is ${status}` },
      );
    const parked = async (orderId: string) =>
      (
        await runtime().stateful?.database.rows<{ state: string }>(
          sql`select state from parked where key = ${Buffer.from(orderId)} and ${name} = any(pending) order by "offset"`,
        )
      )?.map(({ state }) => state);
    return { failing, seen, tries, key, letterIn, parked };
  }

  let waiting: ReturnType<typeof handler>;
  let flowing: ReturnType<typeof handler>;

  beforeAll(async () => {
    database = await testDatabase();
    app = await start();
    waiting = handler('waits', { onDead: 'wait' });
    flowing = handler('flows', { onDead: 'flow' });
  });
  afterAll(async () => {
    await app?.close();
    await database?.drop();
  });

  /** One event that fails for good and one behind it; the letter, when the second waits. */
  async function deadWithFollower() {
    const one = waiting;
    const orderId = one.key();
    const [first, second, mended] = [unique('u1'), unique('u2'), unique('mended')];
    one.failing.add(first);
    await publish(orderId, first, second);
    const letter = await one.letterIn(orderId, 'dead');
    await eventually(async () => (await one.parked(orderId))?.join() === 'dead,behind');
    const mine = () => one.seen.filter((user) => user === first || user === second || user === mended);
    return { ...one, orderId, first, second, mended, letter, mine };
  }

  const act = (letter: Letter, kind: Parameters<DeadLetters['act']>[1]) =>
    letters().act(letter.id, kind, 'ada');

  it('dies after its attempts and holds its key, and no other', async () => {
    const { letter, first, second, mine, tries, key, seen } = await deadWithFollower();
    expect(letter).toMatchObject({ attempts: 2, cause: { message: `no ${first}` } });
    expect(tries.filter((user) => user === first)).toHaveLength(2);
    expect(await letters().find(letter.id)).toMatchObject({ laneWaits: true, followers: { count: 1 } });
    const other = unique('other');
    await publish(key(), other);
    await eventually(() => seen.includes(other));
    expect(mine()).toEqual([]);
    expect(tries).not.toContain(second);
  });

  it('retried, runs before what waits behind it', async () => {
    const { letter, failing, first, second, mine, orderId, letterIn, parked } = await deadWithFollower();
    failing.delete(first);
    await act(letter, { kind: 'retry' });
    expect(await letterIn(orderId, 'resolved')).toMatchObject({ id: letter.id });
    await eventually(() => mine().length === 2);
    expect(mine()).toEqual([first, second]);
    await eventually(async () => (await parked(orderId))?.length === 0);
  });

  it('retried in vain, is the same letter, dead once more, and its key goes on waiting', async () => {
    const { letter, failing, first, second, mine, tries, letterIn, orderId, parked } =
      await deadWithFollower();
    await act(letter, { kind: 'retry' });
    await eventually(() => tries.filter((user) => user === first).length === 4);
    expect(await letterIn(orderId, 'dead')).toMatchObject({ id: letter.id, attempts: 2 });
    expect(await parked(orderId)).toEqual(['dead', 'behind']);
    expect(mine()).toEqual([]);
    failing.delete(first);
    await act(letter, { kind: 'retry' });
    await eventually(() => mine().length === 2);
    expect(mine()).toEqual([first, second]);
  });

  it('edited, runs with its new data in its place', async () => {
    const { letter, second, mended, mine, letterIn, orderId } = await deadWithFollower();
    await act(letter, { kind: 'edit', edit: { patch: { userId: mended } } });
    expect(await letterIn(orderId, 'edited')).toMatchObject({ id: letter.id });
    await eventually(() => mine().length === 2);
    expect(mine()).toEqual([mended, second]);
  });

  it('skipped, lets its key go on without it', async () => {
    const { letter, first, second, mine, tries, parked, orderId } = await deadWithFollower();
    await act(letter, { kind: 'skip', reason: 'a test' });
    await eventually(() => mine().length === 1);
    expect(mine()).toEqual([second]);
    await eventually(async () => (await parked(orderId))?.length === 0);
    expect(tries.filter((user) => user === first)).toHaveLength(2);
    expect(await letters().find(letter.id)).toMatchObject({
      status: 'skipped',
      decision: { reason: 'a test' },
    });
  });

  it('discarded, takes what waits behind it along, and the key is free', async () => {
    const { letter, second, mine, tries, parked, orderId, seen } = await deadWithFollower();
    await act(letter, { kind: 'discard', reason: 'fraud' });
    await eventually(async () => (await parked(orderId))?.length === 0);
    const { items } = await letters().list({ key: orderId, status: 'discarded' }, 10);
    expect(items).toHaveLength(2);
    const follower = items.find(({ id }) => id !== letter.id);
    expect(await letters().find(follower?.id ?? '')).toMatchObject({
      cause: { code: 'LANE_DISCARDED' },
      decision: { by: 'ada', reason: 'fraud' },
      value: { userId: second },
    });
    const third = unique('u3');
    await publish(orderId, third);
    await eventually(() => seen.includes(third));
    expect(mine()).toEqual([]);
    expect(tries).not.toContain(second);
  });

  it('of a key that flows, is out of the way, and has its effect when it is retried', async () => {
    const orderId = flowing.key();
    const [first, second] = [unique('u1'), unique('u2')];
    flowing.failing.add(first);
    await publish(orderId, first, second);
    const letter = await flowing.letterIn(orderId, 'dead');
    await eventually(() => flowing.seen.includes(second));
    flowing.failing.delete(first);
    await act(letter, { kind: 'retry' });
    expect(await flowing.letterIn(orderId, 'resolved')).toMatchObject({ id: letter.id });
    expect(flowing.seen.filter((user) => user === first)).toEqual([first]);
    expect(await flowing.parked(orderId)).toEqual([]);
  });

  it('of one handler, leaves the event to the others as they had it', async () => {
    const orderId = unique('order');
    const [user, mended] = [unique('u'), unique('mended')];
    const seen: string[] = [];
    const consumer = app.get(EventConsumerService, { strict: false });
    let failing = true;
    const register = (name: string, run: (userId: string) => void) =>
      consumer.registerHandler(
        'order.created',
        ({ data }: OrderCreatedEvent) => {
          if (data.orderId === orderId) run(data.userId);
        },
        { name, ...QUICK, onDead: 'wait' },
      );
    register('first', (userId) => {
      if (failing && userId === user) throw new TypeError('no');
      seen.push(`first ${userId}`);
    });
    register('second', (userId) => void seen.push(`second ${userId}`));
    await publish(orderId, user);
    const letter = await eventually(async () => {
      const { items } = await letters().list({ handler: 'first', key: orderId, status: 'dead' }, 10);
      return items[0];
    });
    failing = false;
    await act(letter, { kind: 'edit', edit: { patch: { userId: mended } } });
    await eventually(() => seen.length === 2);
    expect(seen).toEqual([`first ${mended}`, `second ${user}`]);
  });

  it('of two handlers of an event, each has its effect once when both are retried at once', async () => {
    const consumer = app.get(EventConsumerService, { strict: false });
    const keys = Array.from({ length: 20 }, () => unique('order'));
    const seen: string[] = [];
    let failing = true;
    for (const name of ['left', 'right']) {
      consumer.registerHandler(
        'order.created',
        ({ data }: OrderCreatedEvent) => {
          if (!keys.includes(data.orderId)) return;
          if (failing) throw new TypeError('no');
          seen.push(`${name} ${data.orderId}`);
        },
        { name, ...QUICK, onDead: 'flow' },
      );
    }
    for (const key of keys) await publish(key, 'u');
    const dead = await eventually(async () => {
      const found = await Promise.all(
        ['left', 'right'].map((name) => letters().list({ handler: name, status: 'dead' }, 100)),
      );
      const all = found.flatMap(({ items }) => items);
      return all.length === 40 ? all : undefined;
    });
    failing = false;
    await Promise.all(dead.map((letter) => act(letter, { kind: 'retry' })));
    await eventually(async () => {
      const found = await Promise.all(dead.map(({ id }) => letters().find(id)));
      return found.every((letter) => letter?.status === 'resolved');
    });
    const expected = keys.flatMap((key) => [`left ${key}`, `right ${key}`]);
    expect(seen.toSorted()).toEqual(expected.toSorted());
  });

  it('of two handlers of an event, each ends by itself where only one of them is well again', async () => {
    const consumer = app.get(EventConsumerService, { strict: false });
    const orderId = unique('order');
    const sick = new Set(['ill', 'cured']);
    const tries: string[] = [];
    for (const name of ['ill', 'cured']) {
      consumer.registerHandler(
        'order.created',
        ({ data }: OrderCreatedEvent) => {
          if (data.orderId !== orderId) return;
          tries.push(name);
          if (sick.has(name)) throw new TypeError('no');
        },
        { name, ...QUICK, onDead: 'flow' },
      );
    }
    const statuses = async () => {
      const found = await Promise.all(
        ['ill', 'cured'].map((name) => letters().list({ handler: name, key: orderId }, 10)),
      );
      return found.flatMap(({ items }) => items);
    };
    await publish(orderId, 'u');
    const dead = await eventually(async () => {
      const all = await statuses();
      return all.length === 2 ? all : undefined;
    });
    sick.delete('cured');
    const before = tries.length;
    // In one transaction, so that both are sent back with one row.
    const selection = { ids: dead.map(({ id }) => id) };
    const id = crypto.randomUUID();
    await letters().startBulk({ id, selection, act: { kind: 'retry' }, rate: 1_000, by: 'ada' });
    await eventually(() => tries.slice(before).includes('cured'));
    expect(tries.slice(before)[0]).toBe('ill');
    await eventually(async () => {
      const all = await statuses();
      return all.map(({ handler, status }) => `${handler} ${status}`).join() === 'ill dead,cured resolved';
    });
    expect(tries.slice(before).filter((name) => name === 'cured')).toHaveLength(1);
  });

  /** A record of the type whose value nobody can read. */
  async function appendUnreadable(orderId: string) {
    const header = (name: string, value: string) => [name, Buffer.from(value)] as const;
    await runtime().transport.append([
      {
        topic: 'order-events',
        key: Buffer.from(orderId),
        value: Buffer.from([0, 1, 2]),
        headers: [
          header('ce_id', unique('event')),
          header('ce_source', '/elsewhere'),
          header('ce_type', 'order.created'),
          header('content-type', 'application/avro'),
        ],
      },
    ]);
  }

  it('of bytes that do not decode, is mended for every handler, though one of them fails at first', async () => {
    const consumer = app.get(EventConsumerService, { strict: false });
    const orderId = unique('order');
    const mended = unique('mended');
    const tries: string[] = [];
    for (const name of ['stumbles', 'follows']) {
      consumer.registerHandler(
        'order.created',
        ({ data }: OrderCreatedEvent) => {
          if (data.orderId !== orderId) return;
          tries.push(`${name} ${data.userId}`);
          if (name === 'stumbles' && tries.length === 1) throw new TypeError('no');
        },
        { name, ...QUICK, onDead: 'wait' },
      );
    }
    await appendUnreadable(orderId);
    const { group } = runtime().settings;
    const letter = await eventually(async () => {
      const { items } = await letters().list({ group, key: orderId, status: 'dead', handler: '*' }, 10);
      return items[0];
    });
    await act(letter, { kind: 'edit', edit: { data: { ...orderOf(orderId), userId: mended } } });
    await eventually(async () => (await letters().find(letter.id))?.status === 'edited');
    await eventually(() => tries.length === 3);
    expect(tries).toEqual([`stumbles ${mended}`, `stumbles ${mended}`, `follows ${mended}`]);
    expect((await letters().find(letter.id))?.valueBase64).toBe(Buffer.from([0, 1, 2]).toString('base64'));
  });

  it('of bytes that do not decode, is handled when a person mends them', async () => {
    const orderId = flowing.key();
    const mended = unique('u1');
    await appendUnreadable(orderId);
    const group = `${runtime().settings.group}.flows`;
    const letter = await eventually(async () => {
      const { items } = await letters().list({ group, key: orderId, status: 'dead', handler: '*' }, 10);
      return items[0];
    });
    await act(letter, { kind: 'edit', edit: { data: { ...orderOf(orderId), userId: mended } } });
    await eventually(() => flowing.seen.includes(mended));
    await eventually(async () => (await letters().find(letter.id))?.status === 'edited');
  });

  it('and many others at once, by a bulk act', async () => {
    const users = Array.from({ length: 12 }, () => unique('u'));
    for (const user of users) flowing.failing.add(user);
    for (const user of users) await publish(flowing.key(), user);
    const mine = async () =>
      (await letters().list({ handler: 'flows', status: 'dead' }, 100)).items
        .filter(({ value }) => users.includes((value as { userId: string }).userId))
        .map(({ id }) => id);
    const ids = await eventually(async () => {
      const found = await mine();
      return found.length === 12 ? found : undefined;
    });
    for (const user of users) flowing.failing.delete(user);
    const id = crypto.randomUUID();
    await letters().startBulk({ id, selection: { ids }, act: { kind: 'retry' }, rate: 1_000, by: 'ada' });
    await eventually(() => users.every((user) => flowing.seen.includes(user)));
    expect(
      await eventually(async () => {
        const job = await letters().findBulk(id);
        return job?.state === 'finished' ? job : undefined;
      }),
    ).toMatchObject({ done: 12, failed: 0 });
    expect(flowing.seen.filter((user) => users.includes(user))).toHaveLength(12);
  });
});
