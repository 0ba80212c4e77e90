import { Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import {
  Breakers,
  type Delivered,
  type DeliveryContext,
  defineEvent,
  EventConsumerService,
  type EventOf,
  KafkaHandler,
  KafkaModule,
  sql,
  UnitOfWork,
} from '@/infrastructure/kafka';

interface Paid {
  readonly account: string;
  readonly cents: number;
}

export const paid = defineEvent<Paid>()({
  eventType: 'bill.paid',
  topic: 'bill-events',
  key: ({ account }) => account,
  schema: { kind: 'json-schema', schema: { type: 'object', required: ['account', 'cents'] } },
});

/** One statement for all events that wait: the fast way to write. */
@Injectable()
class Statements implements OnModuleInit {
  constructor(
    private readonly consumer: EventConsumerService,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  onModuleInit(): void {
    this.consumer.registerBatchHandler(paid, (batch) => this.write(batch), {
      name: 'statements',
      maxEvents: 200,
    });
  }

  private async write(batch: readonly Delivered<EventOf<typeof paid>>[]): Promise<void> {
    const accounts = batch.map(({ event }) => event.data.account);
    const cents = batch.map(({ event }) => event.data.cents);
    await this.unitOfWork.sql.run(sql`
      insert into statements (account, cents) select * from unnest(${accounts}::text[], ${cents}::int[])`);
  }
}

/** Rejects when the mail server is away, or with the code `NO_SUCH_ADDRESS`. A repeated id is sent once. */
export abstract class Mailer {
  abstract send(id: string, text: string): Promise<void>;
}

/** An effect outside of SQL, in a group of its own: while the mail server is away, only receipts wait. */
@Injectable()
class Receipts {
  constructor(
    @Inject(Mailer) private readonly mailer: Mailer,
    private readonly breakers: Breakers,
  ) {}

  @KafkaHandler(paid, {
    name: 'receipts',
    effects: 'external',
    independent: true,
    timeoutMs: 5_000,
    retry: { attempts: 20, firstDelayMs: 50, fatal: ['NO_SUCH_ADDRESS'] },
  })
  async send({ data }: { data: Paid }, { idempotencyKey }: DeliveryContext): Promise<void> {
    const mail = this.breakers.of('mail', { failures: 3, openMs: 100 });
    await mail.execute(() => this.mailer.send(idempotencyKey, `${data.account} paid ${data.cents} cents.`));
  }
}

export function billing(databaseUrl: string, mailer: Mailer) {
  const table = 'create table statements (account text not null, cents int not null)';
  @Module({
    imports: [
      KafkaModule.forRoot({
        engine: 'embedded',
        service: 'billing',
        events: [paid],
        topics: [{ topic: paid.topic }],
        database: { url: databaseUrl, migrations: { 'billing-0001': table } },
        delivery: { concurrency: 16 },
      }),
    ],
    providers: [Statements, Receipts, { provide: Mailer, useValue: mailer }],
  })
  class Billing {}
  return Billing;
}
