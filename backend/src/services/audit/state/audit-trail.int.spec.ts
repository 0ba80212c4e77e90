import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServiceState, serviceState } from '@/testing/service-state';
import { trailEntryOf } from '../domain/trail-entry';
import { auditMigrations } from './audit.migrations';
import { AuditTrail } from './audit-trail';

let state: ServiceState;

beforeAll(async () => {
  state = await serviceState('audit', auditMigrations);
});
afterAll(() => state.close());

const event = (eventId: string, orderId: string) => ({
  eventId,
  eventType: 'order.cancelled',
  data: { orderId, userId: 'u1' },
  occurredAt: '2026-01-01T00:00:00.000Z',
  source: '/order',
  key: orderId,
  correlationId: 'c1',
  schemaVersion: 1,
});

it('keeps who did what and where it is written, newest first', async () => {
  const trail = new AuditTrail(state.database, state.unitOfWork);
  const entries = ['o1', 'o2', 'o1'].map((orderId, index) => ({
    ...trailEntryOf(event(`e${index}`, orderId)),
    position: { topic: 'order-events', partition: 2, offset: BigInt(index) },
  }));
  await state.unitOfWork.run(() => trail.add(entries));
  const all = await trail.list({ limit: 2 });
  expect(all.map((entry) => entry.eventId)).toEqual(['e2', 'e1', 'e0']);
  expect(all[0]).toMatchObject({ actorId: 'u1', topic: 'order-events', partition: 2, offset: '2' });
  const ofOrder = await trail.list({ limit: 10, orderId: 'o1', before: all[0]?.id });
  expect(ofOrder.map((entry) => entry.eventId)).toEqual(['e0']);
});

it('keeps ids that are too long for a B-tree', async () => {
  const trail = new AuditTrail(state.database, state.unitOfWork);
  const [eventId, orderId] = [randomBytes(6_000).toString('base64'), randomBytes(6_000).toString('base64')];
  const position = { topic: 'order-events', partition: 0, offset: 7n };
  await state.unitOfWork.run(() => trail.add([{ ...trailEntryOf(event(eventId, orderId)), position }]));
  expect((await trail.list({ limit: 10, orderId })).map((entry) => entry.eventId)).toEqual([eventId]);
});
