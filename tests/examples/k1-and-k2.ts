import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type DeliveryContext,
  defineEvent,
  EventPublisherService,
  KafkaHandler,
  KafkaModule,
  sql,
  UnitOfWork,
} from '@/infrastructure/kafka';
import { HandlerProbe } from '@/infrastructure/kafka/testing';

const topic = 'account-events';
interface Asked {
  readonly account: string;
}
const asked = { topic, key: ({ account }: Asked) => account };
const schema = { kind: 'json-schema', schema: { type: 'object', required: ['account'] } } as const;
const payment = defineEvent<Asked>()({ ...asked, eventType: 'account.payment.asked', schema });
const refund = defineEvent<Asked>()({ ...asked, eventType: 'account.refund.asked', schema });

@Injectable()
class Ledger {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  @KafkaHandler([payment, refund], { name: 'ledger', retry: { attempts: 5 }, onDead: 'wait' })
  async book({ eventType, key }: { eventType: string; key: string | null }, { attempt }: DeliveryContext) {
    await this.unitOfWork.sql.run(sql`insert into bookings (account, what) values (${key}, ${eventType})`);
    if (key === 'K1' && eventType === payment.eventType && attempt === 1) throw new Error('K1 is locked.');
  }
}

/** K1's payment fails once. Answers what became of each event, and what was booked for K1. */
export async function k1AndK2(databaseUrl: string): Promise<string> {
  const table = 'create table bookings (id bigint generated always as identity, account text, what text)';
  @Module({
    imports: [
      KafkaModule.forRoot({
        engine: 'embedded',
        service: 'accounts',
        events: [payment, refund],
        topics: [{ topic, numPartitions: 1 }],
        database: { url: databaseUrl, migrations: { 'accounts-0001': table } },
      }),
    ],
    providers: [Ledger],
  })
  class Accounts {}
  const app = await NestFactory.createApplicationContext(Accounts, { logger: false, abortOnError: false });
  const probe = HandlerProbe.attach(app);
  const [unitOfWork, publisher] = [app.get(UnitOfWork), app.get(EventPublisherService)];

  await unitOfWork.run(async () => {
    await publisher.publish(payment, { account: 'K1' });
    await publisher.publish(refund, { account: 'K1' });
    await publisher.publish(payment, { account: 'K2' });
  });
  await probe.waitFor({ outcome: 'handled' }, { times: 3, withinMs: 20_000 });

  const told = Map.groupBy(probe.outcomes(), ({ key, eventType }) => `${key}  ${eventType.padEnd(22)}`);
  const lines = [...told]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([event, outcomes]) => {
      const words = outcomes.map(({ outcome, attempt }) =>
        attempt === 0 ? outcome : `${outcome} (run ${attempt})`,
      );
      return `${event} ${words.join(', ')}\n`;
    });
  const booked = await app.get(UnitOfWork).run((session) =>
    session.rows<{ line: string }>(sql`
      select account || '  ' || what as line from bookings where account = 'K1' order by id`),
  );
  await app.close();
  return `${lines.join('')}\nbooked, in this order:\n${booked.map(({ line }) => `${line}\n`).join('')}`;
}
