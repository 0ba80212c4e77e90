import { beforeEach, describe, expect, it } from 'vitest';
import { Stop } from '@/infrastructure/concurrency/stop';
import { MemoryDeliveryStore } from '@/testing/delivery/memory-delivery-store';
import { codec, recordOf, silent, TOPIC } from '@/testing/delivery/membership-fixture';
import { runOf } from '@/testing/delivery/requests';
import { FencedError } from '../delivery.errors';
import type { Tenure } from '../delivery-store.port';
import { EventOpener } from './event-opener';
import { Lookahead } from './lookahead';
import { OutcomeWriter } from './outcome-writer';

const opener = new EventOpener(codec, { ms: Number.POSITIVE_INFINITY, now: 0 });

let store: MemoryDeliveryStore;
let tenure: Tenure;
let lookahead: Lookahead;
let asked: number;

beforeEach(async () => {
  store = new MemoryDeliveryStore();
  const [taken] = await store.acquire('g', [{ topic: TOPIC, partition: 0 }]);
  if (!taken) throw new Error('nothing was acquired');
  ({ tenure } = taken);
  asked = 0;
  store.fault = (at) => {
    if (at === 'seen') asked += 1;
  };
  lookahead = new Lookahead(opener, new OutcomeWriter(store, new Stop(), silent));
});

/** A record that names its event, so that another one can be the same. */
const record = (offset: bigint, id: string) => {
  const known = recordOf(offset, 'k', 'created');
  const named = [
    ['ce_id', Buffer.from(id)],
    ['ce_source', Buffer.from('/spec')],
  ] as const;
  return { ...known, headers: [...known.headers, ...named] };
};

const begin = (offset: bigint, id = String(offset)) => lookahead.begin(tenure, record(offset, id), ['mail']);
const remember = (offset: bigint, id: string) =>
  store.remember([
    runOf(tenure, offset, { handlers: ['mail'], mark: opener.known(record(offset, id)).mark }),
  ]);

describe('Lookahead', () => {
  it('asks once for many events', async () => {
    await remember(2n, '2');
    const ahead = [1n, 2n, 3n].map((offset) => begin(offset));
    const outcomes = await Promise.all(ahead.map((one) => one.outcomeOf('mail')));
    expect(outcomes).toEqual(['handled', 'again', 'handled']);
    expect(asked).toBe(1);
  });

  it('asks about an event that came twice when the first of the two is over', async () => {
    const first = begin(1n, 'same');
    const second = begin(2n, 'same');
    expect(await first.outcomeOf('mail')).toBe('handled');
    const answer = second.outcomeOf('mail');
    await remember(1n, 'same');
    first.over();
    expect(await answer).toBe('repeated');
  });

  it('asks again where an event runs again', async () => {
    const ahead = begin(1n, 'one');
    expect(await ahead.outcomeOf('mail')).toBe('handled');
    await remember(1n, 'one');
    expect(await ahead.outcomeOf('mail')).toBe('again');
  });

  it('refuses what waits for a copy that will not run here any more', async () => {
    begin(1n, 'same');
    const answer = begin(2n, 'same').outcomeOf('mail');
    lookahead.end();
    await expect(answer).rejects.toBeInstanceOf(FencedError);
  });

  it('tells whoever runs the event that the partition has a new owner', async () => {
    await store.acquire('g', [{ topic: TOPIC, partition: 0 }]);
    await expect(begin(1n).outcomeOf('mail')).rejects.toBeInstanceOf(FencedError);
  });
});
