import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  defineEvent,
  EventPublisherService,
  KafkaHandler,
  KafkaModule,
  sql,
  UnitOfWork,
} from '@/infrastructure/kafka';
import { deliver, HandlerProbe } from '@/infrastructure/kafka/testing';
import { type TestDatabase, testDatabase } from '@/testing/test-database';

interface Paid {
  readonly account: string;
  readonly cents: number;
}

const paid = defineEvent<Paid>()({
  eventType: 'account.paid',
  topic: 'account-events',
  key: ({ account }) => account,
  schema: {
    kind: 'json-schema',
    schema: {
      type: 'object',
      properties: { account: { type: 'string' }, cents: { type: 'integer' } },
      required: ['account', 'cents'],
    },
  },
});

const migrations = { 'bank-0001': 'create table balances (account text primary key, cents int not null)' };

@Injectable()
class Balances {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  @KafkaHandler(paid, { name: 'balances' })
  async onPaid({ data: { account, cents } }: { data: Paid }): Promise<void> {
    if (cents <= 0) throw new RangeError(`${cents} cents cannot be paid.`);
    await this.unitOfWork.sql.run(sql`
      insert into balances values (${account}, ${cents})
      on conflict (account) do update set cents = balances.cents + excluded.cents`);
  }
}

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database?.drop());

describe('Balances', () => {
  it('keeps what it declares, whatever is delivered', { timeout: 120_000 }, async () => {
    const report = await deliver(
      ({ unitOfWork }) => {
        const balances = new Balances(unitOfWork);
        return (event) => balances.onPaid(event);
      },
      {
        event: paid,
        data: [
          { account: 'ada', cents: 500 },
          { account: 'bob', cents: 300 },
          { account: 'ada', cents: 200 },
        ],
        databaseUrl: database.url,
        migrations,
        effects: (session) => session.rows(sql`select account, cents from balances order by account`),
        inAnyOrder: true,
      },
    );
    expect(report.faults).toEqual([]);
    expect(report.scenarios[0]?.effects).toEqual([
      { account: 'ada', cents: 700 },
      { account: 'bob', cents: 300 },
    ]);
  });

  it('refuses what is no payment, and goes on with the next', async () => {
    @Module({
      imports: [
        KafkaModule.forRoot({
          engine: 'embedded',
          service: 'bank',
          events: [paid],
          topics: [{ topic: paid.topic }],
          database: { url: database.url, migrations },
          retry: { attempts: 2, firstDelayMs: 5 },
        }),
      ],
      providers: [Balances],
    })
    class Bank {}
    const app = await NestFactory.createApplicationContext(Bank, { logger: false, abortOnError: false });
    const probe = HandlerProbe.attach(app);
    await app.get(UnitOfWork).run(async () => {
      const publisher = app.get(EventPublisherService);
      await publisher.publish(paid, { account: 'ada', cents: 0 });
      await publisher.publish(paid, { account: 'ada', cents: 100 });
    });

    const { error } = await probe.waitFor(
      { handler: 'balances', key: 'ada', outcome: 'failed' },
      { times: 2 },
    );
    expect(error).toBeInstanceOf(RangeError);
    await probe.waitFor({ handler: 'balances', key: 'ada', outcome: 'dead' });
    await probe.waitFor({ handler: 'balances', key: 'ada', outcome: 'handled' });
    await app.close();
  });
});
