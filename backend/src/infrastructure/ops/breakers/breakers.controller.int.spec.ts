import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { configureHttp, fastifyOptions } from '@/infrastructure/http/configure-http';
import { Breakers } from '@/infrastructure/kafka/breaker/breakers';
import { Metrics } from '@/infrastructure/observability/metrics';
import { SecurityModule } from '@/infrastructure/security/security.module';
import { OpsPeers } from '../ops-peers';
import { BreakersController } from './breakers.controller';

const running: NestFastifyApplication[] = [];
afterEach(async () => {
  for (const app of running.splice(0)) await app.close();
});

/** A process with these breakers that knows these others. */
async function start(breakers: Breakers, others: Record<string, string> = {}): Promise<string> {
  @Module({
    imports: [SecurityModule.forRoot({ AUTH_JWT_SECRET: 'x'.repeat(32) })],
    controllers: [BreakersController],
    providers: [
      { provide: Breakers, useValue: breakers },
      { provide: OpsPeers, useValue: new OpsPeers(Object.keys(others), new Map(Object.entries(others))) },
    ],
  })
  class ProcessModule {}
  const app = await NestFactory.create<NestFastifyApplication>(
    ProcessModule,
    new FastifyAdapter(fastifyOptions()),
    { logger: false },
  );
  running.push(app);
  configureHttp(app);
  await app.listen(0, '127.0.0.1');
  return `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
}

describe('/ops/api/breakers', () => {
  it('shows the breakers of all processes, the open ones first, and who does not answer', async () => {
    const payment = new Breakers(new Metrics());
    const away = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    const provider = payment.of('payment-provider', { failures: 1 });
    await expect(provider.execute(away)).rejects.toThrow('refused');
    const notification = new Breakers(new Metrics());
    notification.of('mail-server');
    const there = await start(payment);
    const here = await start(notification, { payment: there, shipping: 'http://127.0.0.1:1' });
    const answer = await fetch(`${here}/ops/api/breakers`);
    expect(await answer.json()).toEqual({
      items: [
        expect.objectContaining({
          name: 'payment-provider',
          state: 'open',
          lastFailure: { code: 'ECONNREFUSED', name: 'Error', message: 'refused' },
        }),
        expect.objectContaining({ name: 'mail-server', kind: 'dependency', state: 'closed' }),
      ],
      nextCursor: null,
      unreachable: ['shipping'],
    });
    const local = await fetch(`${here}/ops/api/breakers?scope=local`);
    expect(await local.json()).toMatchObject({ items: [{ name: 'mail-server' }], unreachable: [] });
  });
});
