import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import {
  defineEvent,
  EventConsumerService,
  type EventEnvelope,
  KafkaModule,
  type KafkaModuleOptions,
} from '@shop/kafka';
import { type OrderCreated, orderCreatedSchema } from '../../workload/order-created.ts';
import { EFFECTS_TABLE } from './effects.ts';
import type { SideParams } from './side-params.ts';

export type OrderEvent = EventEnvelope<'bench.order.created', OrderCreated>;
export type OrderDefinition = ReturnType<typeof orderEvent>;

export const orderEvent = (topic: string) =>
  defineEvent<OrderCreated>()({
    eventType: 'bench.order.created',
    topic,
    key: ({ orderId }) => orderId,
    schema: { kind: 'avro', versions: [orderCreatedSchema()] },
  });

export interface OurAppSettings {
  /** With it outcomes are stored, as the product does by default. */
  readonly schema?: string;
  readonly retry?: NonNullable<KafkaModuleOptions['retry']>;
  readonly register: (consumer: EventConsumerService, event: OrderDefinition, app: AppParts) => void;
}

/** For handlers, which are registered before the application is whole. */
export interface AppParts {
  get<T>(type: abstract new (...parts: never[]) => T): T;
}

/** The module as an application of somebody else has it: installed as a package, with its defaults. */
export async function openOurApp(
  { parts, topic, partitions, group }: SideParams,
  { schema, retry, register }: OurAppSettings,
): Promise<INestApplicationContext> {
  const event = orderEvent(topic);
  const options: KafkaModuleOptions = {
    group,
    brokers: parts.brokers,
    schemaRegistryUrl: parts.registryUrl,
    events: [event],
    topics: [{ topic, numPartitions: partitions }],
    environment: {},
    ...(retry ? { retry } : {}),
    ...(schema
      ? { database: { url: parts.postgresUrl, schema, migrations: { 'bench-0001': EFFECTS_TABLE } } }
      : {}),
  };
  let opened: INestApplicationContext | undefined;
  const app: AppParts = {
    get: (type) => {
      if (!opened) throw new Error('The application is not open yet.');
      return opened.get(type as never);
    },
  };
  opened = await NestFactory.createApplicationContext(
    {
      module: class BenchModule {},
      imports: [KafkaModule.forRoot(options)],
      providers: [
        {
          provide: 'handlers',
          inject: [EventConsumerService],
          useFactory: (consumer: EventConsumerService) => {
            register(consumer, event, app);
            return {};
          },
        },
      ],
    },
    { logger: ['error'], abortOnError: false },
  );
  return opened;
}
