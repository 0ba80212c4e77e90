import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { expect, it } from 'vitest';
import { SagaQueries, sagaId, type SagaView, SagaWatch } from '@/infrastructure/saga';
import { testDatabase } from '@/testing/test-database';
import { travel } from '../../examples/add-a-saga/src/travel.module';
import { TripDesk } from '../../examples/add-a-saga/src/trip/trip-desk';

const trips = { ada: 'Rome', bob: 'Mars' };

function told({ status, reason, history }: SagaView): string {
  const lines = history.map(({ kind, step }) => `  ${kind}${step ? ` ${step}` : ''}\n`);
  return `${status}${reason ? `, ${reason.code}` : ''}\n${lines.join('')}`;
}

it('a saga in a folder of its own books trips, and takes back what it must', async () => {
  const database = await testDatabase();
  const app = await NestFactory.createApplicationContext(travel(database.url), {
    logger: false,
    abortOnError: false,
  });
  try {
    const desk = app.get(TripDesk);
    const booked = Object.entries(trips).flatMap(([tripId, city]) => [
      desk.book({ tripId, city }),
      desk.book({ tripId, city }),
    ]);
    expect((await Promise.all(booked)).filter(Boolean)).toHaveLength(2);
    const stories: string[] = [];
    for (const [tripId, city] of Object.entries(trips)) {
      const id = sagaId('trip', tripId);
      const ended = await app
        .get(SagaWatch)
        .until(
          id,
          ({ status }) => status !== 'running' && status !== 'compensating',
          AbortSignal.timeout(20_000),
        );
      expect(await app.get(SagaQueries).find(id)).toEqual(ended);
      stories.push(`${tripId} to ${city}: ${told(ended)}`);
    }
    const expected = resolve(import.meta.dirname, '../../examples/add-a-saga/expected.txt');
    expect(stories.join('\n')).toBe(readFileSync(expected, 'utf8'));
  } finally {
    await app.close();
    await database.drop();
  }
});
