import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Breakers, EventPublisherService, sql, UnitOfWork } from '@/infrastructure/kafka';
import { HandlerProbe } from '@/infrastructure/kafka/testing';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { billing, Mailer, paid } from './handler-options';

class MailerThatComesBack extends Mailer {
  readonly sent = new Map<string, string>();
  refused = 0;

  constructor(private readonly away: number) {
    super();
  }

  async send(id: string, text: string): Promise<void> {
    if (text.startsWith('nobody')) throw Object.assign(new Error(text), { code: 'NO_SUCH_ADDRESS' });
    if (this.refused < this.away) {
      this.refused += 1;
      throw Object.assign(new Error('Nobody is there.'), { code: 'ECONNREFUSED' });
    }
    this.sent.set(id, text);
  }
}

let database: TestDatabase;
let app: INestApplicationContext;
let probe: HandlerProbe;
const mailer = new MailerThatComesBack(5);

beforeAll(async () => {
  database = await testDatabase();
  app = await NestFactory.createApplicationContext(billing(database.url, mailer), {
    logger: false,
    abortOnError: false,
  });
  probe = HandlerProbe.attach(app);
});

afterAll(async () => {
  await app?.close();
  await database?.drop();
});

it('statements have every payment at once; receipts wait for the mail server in a group of their own', async () => {
  const accounts = ['ada', 'bob', 'cyd', 'dee', 'eve', 'fay', 'gus', 'hal', 'nobody'];
  await app.get(UnitOfWork).run(async () => {
    for (const account of accounts)
      await app.get(EventPublisherService).publish(paid, { account, cents: 100 });
  });

  await probe.waitFor({ handler: 'statements', outcome: 'handled' }, { times: accounts.length });
  await probe.waitFor({ handler: 'receipts', outcome: 'handled' }, { times: 8, withinMs: 30_000 });
  expect(mailer.refused).toBe(5);
  expect([...mailer.sent.values()].toSorted()).toEqual(
    accounts.slice(0, 8).map((account) => `${account} paid 100 cents.`),
  );
  expect(app.get(Breakers).reports()).toContainEqual(
    expect.objectContaining({ name: 'mail', kind: 'dependency', state: 'closed' }),
  );

  const { attempt, group } = await probe.waitFor({ handler: 'receipts', outcome: 'dead' });
  expect([attempt, group]).toEqual([1, 'ecommerce-consumers.billing.receipts']);
  const [row] = await app
    .get(UnitOfWork)
    .run((session) => session.rows(sql`select count(*)::int, sum(cents)::int as cents from statements`));
  expect(row).toEqual({ count: accounts.length, cents: 100 * accounts.length });
});
