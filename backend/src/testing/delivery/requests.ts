import type {
  BurialRequest,
  EffectRun,
  ParkRequest,
  Tenure,
} from '@/infrastructure/kafka/delivery/delivery-store.port';
import { recordOf } from './membership-fixture';

export const GROUP = 'shop.order';
const CAUSE = { code: 'NO_STOCK', name: 'Error', message: 'none left', chain: [] };

const markOf = (identity: string) => ({ identity, time: new Date('2026-01-02T03:04:05.678Z') });

export const runOf = (tenure: Tenure, offset: bigint, change: Partial<EffectRun> = {}): EffectRun => ({
  tenure,
  record: recordOf(offset, 'k1', 'order.created', { partition: tenure.partition }),
  mark: markOf(`/spec ${offset}`),
  handlers: ['stock'],
  ...change,
});

/** A head that failed `attempts` times and is due after `delayMs`; without attempts a follower. */
export function parkOf(
  tenure: Tenure,
  offset: bigint,
  {
    key = 'k1',
    attempts,
    delayMs = 0,
    pending = ['stock'],
    ...change
  }: Partial<ParkRequest> & { key?: string; attempts?: number; delayMs?: number } = {},
): ParkRequest {
  const failure = { handler: pending[0] ?? 'stock', attempts: attempts ?? 0, delayMs, cause: CAUSE };
  return {
    tenure,
    record: recordOf(offset, key, 'order.created', { partition: tenure.partition }),
    lane: `k${key}`,
    mark: markOf(`/spec ${offset}`),
    eventType: 'order.created',
    writerFingerprint: undefined,
    pending,
    ...(attempts === undefined ? {} : { failure }),
    ...change,
  };
}

export const burialOf = (
  tenure: Tenure,
  offset: bigint,
  change: Partial<BurialRequest> = {},
): BurialRequest => ({
  tenure,
  letter: {
    group: GROUP,
    handler: 'stock',
    record: recordOf(offset, 'k1', 'order.created', { partition: tenure.partition }),
    attempts: 3,
    cause: CAUSE,
  },
  lane: 'kk1',
  mark: markOf(`/spec ${offset}`),
  eventType: 'order.created',
  writerFingerprint: undefined,
  remaining: [],
  laneWaits: false,
  ...change,
});
