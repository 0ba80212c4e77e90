import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '@/infrastructure/kafka/dead-letters/dead-letter';
import type { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import { loggerOf } from '@/infrastructure/observability/logger';
import { Metrics } from '@/infrastructure/observability/metrics';
import type { DeliveryStore, HandlerRun } from './delivery-store.port';
import { FencedError } from './delivery.errors';
import { RecordProcessor, Stop } from './record-processor';

const tenure = { group: 'g', topic: 't', partition: 0, epoch: 1n };
const record = { topic: 't', partition: 0, offset: 3n, key: null, value: null, headers: [], timestamp: 0 };
const decoded = { event: { eventType: 'a.b', eventId: 'e', correlationId: 'e', key: null }, identity: 's e' };

/** A processor for one handler with two attempts; what it buries is kept in a list. */
function processorOf(run: () => unknown, bury?: () => Promise<void>) {
  const buried: DeadLetter[] = [];
  const processor = new RecordProcessor({
    codec: { decode: async () => decoded } as unknown as EventCodec,
    store: {
      runOnce: async ({ work }: HandlerRun) => {
        await work();
        return 'handled';
      },
      bury: bury ?? (async (_tenure, letter) => void buried.push(letter)),
    } satisfies Pick<DeliveryStore, 'runOnce' | 'bury'> as unknown as DeliveryStore,
    handlersOf: () => [
      { eventTypes: ['a.b'], name: 'h', options: { effects: 'transaction', from: 'beginning' }, run },
    ],
    retry: { attempts: 2, backOff: { firstMs: 1, longestMs: 1 } },
    metrics: new Metrics(),
    logger: loggerOf('spec'),
  });
  return { buried, process: () => processor.process(record, tenure, new Stop()) };
}

const throwing = (thrown: unknown) => () => {
  throw thrown;
};

describe('a record', () => {
  it.each([
    ['an error', new TypeError('no'), { code: 'HANDLER_FAILED', message: 'no', name: 'TypeError' }],
    ['nothing', undefined, { code: 'HANDLER_FAILED', message: 'undefined', name: 'undefined' }],
    ['an object without a prototype', Object.create(null), { code: 'HANDLER_FAILED', name: 'object' }],
    ['an error whose message is a number', Object.assign(new Error(), { message: 5 }), { message: '5' }],
  ])('is buried after its last attempt when its handler throws %s', async (_, thrown, cause) => {
    const { buried, process } = processorOf(throwing(thrown));
    expect(await process()).toBe(true);
    expect(buried).toMatchObject([{ handler: 'h', attempts: 2, cause }]);
  });

  it('is left to the new owner when the partition is fenced while it is being buried', async () => {
    let runs = 0;
    const { process } = processorOf(
      () => {
        runs += 1;
        throw new Error('no');
      },
      () => Promise.reject(new FencedError('t/0 of g has a new owner.')),
    );
    expect(await process()).toBe(false);
    expect(runs).toBe(2);
  });
});
