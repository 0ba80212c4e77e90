import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type DeliveryContext,
  EventPublisherService,
  InvalidEventDataError,
  KafkaHandler,
  KafkaModule,
} from '@shop/kafka';
import { Finished } from './finished.js';
import {
  type ParcelLabelled,
  parcelLabelled,
  type ParcelWeighed,
  parcelWeighed,
  topic,
} from './parcel-events.js';

@Injectable()
class Desk {
  constructor(private readonly finished: Finished) {}

  @KafkaHandler(parcelWeighed)
  async onWeighed({ data }: { data: ParcelWeighed }, { attempt }: DeliveryContext): Promise<void> {
    console.log(`weighed  ${data.parcelId} ${data.grams} g, run ${attempt}`);
    if (data.grams === 0) throw new Error(`The scale shows nothing for ${data.parcelId}`);
    if (data.parcelId === 'P-3') this.finished.tell();
  }

  @KafkaHandler(parcelLabelled)
  async onLabelled({ data }: { data: ParcelLabelled }): Promise<void> {
    console.log(`labelled ${data.parcelId} ${data.label}`);
  }
}

@Injectable()
class Scale {
  constructor(private readonly eventPublisher: EventPublisherService) {}

  async weigh(parcelId: string, grams: number): Promise<void> {
    await this.eventPublisher.publish(parcelWeighed, { depotId: 'north', parcelId, grams });
  }

  async label(parcelId: string, label: ParcelLabelled['label']): Promise<void> {
    await this.eventPublisher.publish(parcelLabelled, { depotId: 'north', parcelId, label });
  }
}

@Module({
  imports: [
    KafkaModule.forRoot({
      service: process.env['SERVICE_NAME'] ?? 'parcel-depot',
      events: [parcelWeighed, parcelLabelled],
      topics: [{ topic, numPartitions: 2 }],
      retry: { attempts: 3, firstDelayMs: 10, longestDelayMs: 50 },
    }),
  ],
  providers: [Desk, Scale, Finished],
})
class DepotModule {}

const app = await NestFactory.createApplicationContext(DepotModule, { logger: false, abortOnError: false });
const scale = app.get(Scale);

await scale.weigh('P-0', 1.5).catch((error: unknown) => {
  if (!(error instanceof InvalidEventDataError)) throw error;
  console.log(`refused  ${error.faults.map(({ path, message }) => `${path} ${message}`).join()}`);
});
await scale.weigh('P-1', 1200);
await scale.label('P-1', 'fragile');
await scale.weigh('P-2', 0);
await scale.weigh('P-3', 300);

await app.get(Finished).promise;
await app.close();
console.log('closed');
