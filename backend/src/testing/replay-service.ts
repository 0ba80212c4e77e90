import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { defineEvent } from '@shop/contracts';
import type { HandlerOptions } from '@/infrastructure/kafka/consumer/handler';
import { EventConsumerService } from '@/infrastructure/kafka/consumer/event-consumer.service';
import { KafkaModule } from '@/infrastructure/kafka/kafka.module';
import type { KafkaModuleOptions } from '@/infrastructure/kafka/kafka.options';
import { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { currentReplay, muteInReplay } from '@/infrastructure/kafka/replay/mute-in-replay';
import { replaysOf } from '@/infrastructure/kafka/replay/replays-of';
import { sql } from '@/infrastructure/postgres/sql';

export interface Counted {
  readonly account: string;
  readonly nth: number;
}

export interface ReplayServiceOptions {
  readonly name: string;
  readonly url: string;
  readonly kafka: Pick<KafkaModuleOptions, 'engine' | 'brokers' | 'schemaRegistryUrl'>;
  /** Called by the handler before it writes; `replaying` is false in the live group. */
  readonly onRun?: (event: Counted, replaying: boolean) => Promise<void> | void;
  readonly totals?: Partial<HandlerOptions> & { readonly register?: boolean };
}

export const TOTALS = 'totals';

/** What a spec of replays runs: events by account, added up by one handler, which tells each sum to others. */
export async function replayService({ name, url, kafka, onRun, totals = {} }: ReplayServiceOptions) {
  const topic = `${name}-counted`;
  const counted = defineEvent<Counted>()({
    eventType: `${name}.counted`,
    topic,
    key: ({ account }) => account,
    schema: { kind: 'json-schema', schema: { type: 'object' } },
  });
  const summed = defineEvent<{ account: string; total: number }>()({
    eventType: `${name}.summed`,
    topic: `${name}-summed`,
    key: ({ account }) => account,
    schema: { kind: 'json-schema', schema: { type: 'object' } },
  });
  const options: KafkaModuleOptions = {
    ...kafka,
    service: name,
    builtInTopics: ['audit-events'],
    environment: { ...process.env, KAFKA_CONSUMER_SESSION_TIMEOUT: '6000' },
    events: [counted, summed],
    topics: [topic, `${name}-summed`].map((one) => ({
      topic: one,
      numPartitions: 2,
      replicationFactor: kafka.engine === 'embedded' ? 1 : 3,
    })),
    database: {
      url,
      migrations: {
        'spec-0001': `
          create table totals (account text primary key, total int not null);
          create table steps (
            id bigint generated always as identity primary key,
            account text not null references totals (account),
            nth int not null
          );
          create table notes (account text);
          create table elsewhere (account text);`,
      },
    },
    retry: { firstDelayMs: 60_000, longestDelayMs: 60_000 },
  };
  @Module({ imports: [KafkaModule.forRoot(options)] })
  class Service {}
  const app = await NestFactory.createApplicationContext(Service, { abortOnError: false, logger: false });
  const runtime = app.get(KafkaRuntime, { strict: false });
  const consumer = app.get(EventConsumerService, { strict: false });
  const publisher = app.get(EventPublisherService, { strict: false });
  const { stateful } = runtime;
  if (!stateful) throw new Error('no database');
  const { database, unitOfWork } = stateful;
  const told: string[] = [];
  const failing = new Set<string>();
  const mail = muteInReplay({ tell: async (account: string) => void told.push(account) }, { name: 'mail' });

  const add = async ({ data }: { readonly data: Counted }) => {
    await onRun?.(data, currentReplay() !== undefined);
    if (failing.has(data.account)) throw new TypeError(`no ${data.account}`);
    await unitOfWork.sql.run(sql`
      insert into totals values (${data.account}, ${data.nth})
      on conflict (account) do update set total = totals.total + excluded.total`);
    await unitOfWork.sql.run(sql`insert into steps (account, nth) values (${data.account}, ${data.nth})`);
    await publisher.publish(summed, { account: data.account, total: data.nth });
    await mail.tell(data.account);
  };
  const { register = true, ...handlerOptions } = totals;
  const registerTotals = (changes: HandlerOptions = {}) =>
    consumer.registerHandler(counted, add, {
      name: TOTALS,
      effects: 'transaction',
      rebuilds: ['totals', 'steps'],
      reset: async () => unitOfWork.run(async (session) => void (await session.run(sql`delete from totals`))),
      ...handlerOptions,
      ...changes,
    });
  if (register) registerTotals();

  return {
    app,
    runtime,
    consumer,
    counted,
    topic,
    database,
    unitOfWork,
    registerTotals,
    /** Accounts that the mail server was told of. */
    told,
    /** Accounts whose events fail. */
    failing,
    /** What stands in the audit topic. */
    audited: async () => {
      const acts: Readonly<Record<string, unknown>>[] = [];
      for (const { topic, partition, start } of await runtime.transport.admin.offsets(['audit-events'])) {
        const from = { topic, partition, offset: start };
        const { records } = await runtime.transport.read({ from, limit: 1_000, maxBytes: 10_000_000 });
        for (const record of records) {
          acts.push((await runtime.codec.decode(record)).event.data as Readonly<Record<string, unknown>>);
        }
      }
      return acts;
    },
    replays: replaysOf(runtime),
    /** One event each, in the order given, in one transaction. */
    publish: (events: readonly Counted[]) =>
      unitOfWork.run(async () => {
        for (const event of events) await publisher.publish(counted, event);
      }),
    totals: async () => {
      const rows = await database.rows<{ account: string; total: number }>(
        sql`select account, total from totals order by account`,
      );
      return Object.fromEntries(rows.map(({ account, total }) => [account, total]));
    },
    /** By account, what was added, in the order in which it was. */
    steps: async () => {
      const rows = await database.rows<{ account: string; nths: number[] }>(
        sql`select account, array_agg(nth order by id) as nths from steps group by account order by account`,
      );
      return Object.fromEntries(rows.map(({ account, nths }) => [account, nths]));
    },
    handled: async (handler = TOTALS) =>
      Number(
        (await database.row<{ count: string }>(sql`select count(*) from inbox where handler = ${handler}`))
          ?.count,
      ),
    close: () => app.close(),
  };
}

export type ReplayService = Awaited<ReturnType<typeof replayService>>;
