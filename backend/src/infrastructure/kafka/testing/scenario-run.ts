import { randomUUIDv7 } from 'node:crypto';
import { KafkaConnections } from '@/infrastructure/kafka/kafka-connections';
import { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import type { KafkaModuleOptions } from '@/infrastructure/kafka/kafka.options';
import { resolveKafkaSettings } from '@/infrastructure/kafka/kafka.settings';
import { sql } from '@/infrastructure/postgres/sql';
import type { Scenario, ScenarioReport } from './delivery-report';
import { HandlerProbe } from './handler-probe';
import type { AnyHandlerUnderTest } from './handler-under-test';
import type { HarnessDatabase } from './harness-database';
import { HandlerNotTestableError } from './testing.errors';
import { WatchedHandler } from './watched-handler';

const HANDLER = 'handler-under-test';
const GROUP = 'handler-test';
const SCHEMA = 'handler_test';
const POISON = Buffer.from([0xff, 0x00, 0xff]);
/** A crash costs a run or none; a handler that says `attempts: 1` is to be tested as well. */
const RETRY = { attempts: 5, firstDelayMs: 1, longestDelayMs: 20 };

interface Life {
  readonly runtime: KafkaRuntime;
  readonly probe: HandlerProbe;
  readonly watched: WatchedHandler;
}

/** One scenario on a database of its own: an embedded log there, and the engine as applications run it. */
export class ScenarioRun {
  private readonly connections = new KafkaConnections();
  private readonly ids: readonly string[];
  private appended = 0;

  constructor(
    private readonly scenario: Scenario,
    private readonly under: AnyHandlerUnderTest,
    private readonly database: HarnessDatabase,
  ) {
    this.ids = under.data.map(() => randomUUIDv7());
  }

  async report(withinMs: number): Promise<ScenarioReport> {
    try {
      await this.publish();
      const first = await this.live(withinMs);
      if (this.scenario !== 'crash after commit') return await this.reportOf([first]);
      await this.rewind(first.runtime);
      const second = await this.live(withinMs);
      return await this.reportOf([first, second]);
    } finally {
      await this.connections.onApplicationShutdown();
    }
  }

  /** Straight to the log, as an application without a database does. */
  private async publish(): Promise<void> {
    const producer = await KafkaRuntime.create(resolveKafkaSettings(this.options()), this.connections);
    const order = [...this.ids.keys()];
    for (const index of this.scenario === 'out of order' ? order.toReversed() : order) {
      const times = this.scenario === 'duplicate' ? 2 : 1;
      for (let time = 0; time < times; time++) await this.append(producer, index);
    }
    await producer.close();
  }

  private async append({ publisher, transport }: KafkaRuntime, index: number): Promise<void> {
    const { event, topic, data } = this.under;
    const eventId = this.ids[index];
    if (eventId === undefined) return;
    const { key } = await publisher.publish(event as never, data[index] as never, { eventId });
    this.appended += 1;
    if (this.scenario !== 'poison') return;
    await transport.append([
      { topic, key: key === null ? null : Buffer.from(key), value: POISON, headers: [] },
    ]);
    this.appended += 1;
  }

  /** One process's life: from its start until every record has its outcome. */
  private async live(withinMs: number): Promise<Life> {
    const options = {
      ...this.options(),
      database: { url: this.database.url, schema: SCHEMA, migrations: this.under.migrations ?? {} },
    };
    const runtime = await KafkaRuntime.create(resolveKafkaSettings(options), this.connections);
    const unitOfWork = runtime.stateful?.unitOfWork;
    if (unitOfWork === undefined) throw new HandlerNotTestableError('There is no database.');
    const probe = HandlerProbe.attach(runtime);
    const run = this.under.handler({ unitOfWork, publisher: runtime.publisher });
    const watched = new WatchedHandler(
      typeof run === 'function' ? run : (event, context) => run.handle(event, context),
      unitOfWork,
      this.scenario === 'crash before commit',
    );
    runtime.consumer.registerHandler(this.under.event as never, watched.handle as never, {
      ...this.under.options,
      name: HANDLER,
      retry: RETRY,
      onDead: 'flow',
    });
    runtime.start();
    try {
      await this.settled(probe, withinMs);
    } finally {
      await runtime.stop();
      probe.detach();
    }
    return { runtime, probe, watched };
  }

  /** Every record has come to an end: its effect, its effect of before, or its death. */
  private async settled(probe: HandlerProbe, withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    const ends = ['handled', 'repeated', 'dead'] as const;
    for (;;) {
      const places = ends.flatMap((outcome) => probe.outcomes({ outcome }).map(({ offset }) => offset));
      if (new Set(places).size >= this.appended) return;
      const left = Math.max(1, deadline - performance.now());
      await probe.waitForAny(left);
    }
  }

  /** As after a crash between the commit of the last effect and the next saving of progress. */
  private async rewind({ stateful }: KafkaRuntime): Promise<void> {
    await stateful?.database.transaction(async (session) => {
      await session.run(sql`delete from segments where group_id = ${GROUP}`);
      await session.run(sql`update progress set watermark = 0, mirrored = null where group_id = ${GROUP}`);
    });
    await stateful?.database.close();
  }

  private async reportOf(lives: readonly Life[]): Promise<ScenarioReport> {
    const last = lives.at(-1);
    const database = last?.runtime.stateful?.database;
    if (last === undefined || database === undefined) throw new HandlerNotTestableError('Nothing was run.');
    const runs = lives.flatMap(({ watched }) => watched.runs);
    this.refuseWhereItDidNotStrike(last, runs.filter(({ ended }) => ended === 'crashed').length);
    try {
      return {
        scenario: this.scenario,
        runs,
        effects: await this.under.effects?.(database),
        dead: last.probe.outcomes({ handler: HANDLER, outcome: 'dead' }).length,
      };
    } finally {
      await last.runtime.close();
    }
  }

  /** A scenario that did not take place proves nothing. */
  private refuseWhereItDidNotStrike({ probe }: Life, crashes: number): void {
    const events = this.ids.length;
    const struck = {
      once: events,
      'out of order': events,
      duplicate: this.appended - events,
      poison: probe.outcomes({ outcome: 'dead' }).length,
      'crash before commit': crashes,
      'crash after commit': probe.outcomes({ handler: HANDLER, outcome: 'repeated' }).length,
    }[this.scenario];
    if (struck >= events) return;
    throw new HandlerNotTestableError(`'${this.scenario}' took place ${struck} times for ${events} events.`);
  }

  private options(): KafkaModuleOptions {
    const { event, topic, module } = this.under;
    return {
      engine: 'embedded',
      logUrl: this.database.url,
      service: 'handler-test',
      group: GROUP,
      environment: {},
      ...module,
      events: [...(typeof event === 'string' ? [] : [event]), ...(module?.events ?? [])],
      topics: [{ topic, numPartitions: 1 }, ...(module?.topics ?? [])],
    };
  }
}
