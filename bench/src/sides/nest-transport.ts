import 'reflect-metadata';
import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, type KafkaOptions, Transport } from '@nestjs/microservices';
import { setTimeout as delay } from 'node:timers/promises';
import type { Measured } from '../harness/side.ts';
import { indexOf, type OrderCreated } from '../workload/order-created.ts';
import { Witness } from '../workload/witness.ts';
import { workloadOf } from '../workload/workload.ts';
import type { SideParams } from './parts/side-params.ts';

export interface NestParams extends SideParams {
  readonly handlerMs: number;
  /** The first so many events are enough. */
  readonly limit: number;
  readonly partitionsConsumedConcurrently?: number;
}

/** Nest's own Kafka transport: JSON, nothing stored, progress by KafkaJS's commits. */
export async function run(params: NestParams): Promise<Measured> {
  const witness = new Witness(workloadOf(params.workload), params.limit);
  class Orders {
    async onOrder(data: OrderCreated): Promise<void> {
      const index = indexOf(data);
      witness.started(index);
      await delay(params.handlerMs);
      witness.ended(index);
    }
  }
  Controller()(Orders);
  const method = Object.getOwnPropertyDescriptor(Orders.prototype, 'onOrder') as PropertyDescriptor;
  EventPattern(params.topic)(Orders.prototype, 'onOrder', method);
  const { partitionsConsumedConcurrently } = params;
  const options: KafkaOptions = {
    transport: Transport.KAFKA,
    options: {
      client: { clientId: 'bench', brokers: [...params.parts.brokers] },
      consumer: { groupId: params.group },
      subscribe: { fromBeginning: true },
      ...(partitionsConsumedConcurrently ? { run: { partitionsConsumedConcurrently } } : {}),
    },
  };
  const app = await NestFactory.createMicroservice(
    { module: class BenchModule {}, controllers: [Orders] },
    { ...options, logger: ['error'] },
  );
  await app.listen();
  await witness.all;
  const ms = witness.lastAt - witness.firstAt;
  return { ms, perSecond: (params.limit / ms) * 1_000, events: witness.finished };
}
