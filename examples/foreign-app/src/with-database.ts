import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type DeliveryContext,
  EventPublisherService,
  KafkaHandler,
  KafkaModule,
  NoUnitOfWorkError,
  sql,
  UnitOfWork,
} from '@shop/kafka';
import pg from 'pg';
import { Finished } from './finished.js';
import { parcelLabelled, type ParcelWeighed, parcelWeighed, topic } from './parcel-events.js';

const url = process.env['DATABASE_URL'] ?? '';
const schema = 'parcel_ledger';
const migrations = {
  'depot-0001': 'create table weights (parcel_id text primary key, grams int not null)',
};

/** What the handler writes and the event's mark in the inbox are one transaction: one effect, however often it runs. */
@Injectable()
class Ledger {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly finished: Finished,
  ) {}

  @KafkaHandler(parcelWeighed)
  async onWeighed({ data }: { data: ParcelWeighed }, { attempt }: DeliveryContext): Promise<void> {
    const { parcelId, grams } = data;
    await this.unitOfWork.sql.run(sql`insert into weights values (${parcelId}, ${grams})`);
    console.log(`weighed  ${parcelId} ${grams} g, run ${attempt}`);
    if (parcelId === 'P-2' && attempt < 3) throw new Error(`The ledger is locked, run ${attempt}`);
    if (parcelId === 'P-3') this.finished.tell();
  }
}

@Injectable()
class Scale {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly eventPublisher: EventPublisherService,
  ) {}

  /** All of them or none: the events are in the outbox when the transaction commits. */
  async weighAll(parcels: Readonly<Record<string, number>>): Promise<void> {
    await this.unitOfWork.run(async () => {
      for (const [parcelId, grams] of Object.entries(parcels)) {
        await this.eventPublisher.publish(parcelWeighed, { depotId: 'north', parcelId, grams });
      }
    });
  }

  async withoutUnit(): Promise<void> {
    await this.eventPublisher.publish(parcelWeighed, { depotId: 'north', parcelId: 'P-0', grams: 1 });
  }
}

@Module({
  imports: [
    KafkaModule.forRootAsync({
      useFactory: () => ({
        service: process.env['SERVICE_NAME'] ?? 'parcel-ledger',
        events: [parcelWeighed, parcelLabelled],
        topics: [{ topic, numPartitions: 2 }],
        database: { url, schema, migrations },
        retry: { firstDelayMs: 10, longestDelayMs: 50 },
        // So that each run is seen once: a shared transaction that fails is run again, event by event.
        delivery: { eventsPerTransaction: 1 },
      }),
    }),
  ],
  providers: [Ledger, Scale, Finished],
})
class DepotModule {}

const app = await NestFactory.createApplicationContext(DepotModule, { logger: false, abortOnError: false });
const scale = app.get(Scale);

await scale.withoutUnit().catch((error: unknown) => {
  if (!(error instanceof NoUnitOfWorkError)) throw error;
  console.log(`refused  ${error.code}`);
});
await scale.weighAll({ 'P-1': 1200, 'P-2': 500, 'P-3': 300 });

await app.get(Finished).promise;
await app.close();

const client = new pg.Client({ connectionString: url });
await client.connect();
const { rows } = await client.query(`select parcel_id, grams from ${schema}.weights order by parcel_id`);
await client.end();
for (const { parcel_id, grams } of rows) console.log(`stored   ${parcel_id} ${grams} g`);
