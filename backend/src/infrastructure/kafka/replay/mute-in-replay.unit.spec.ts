import { describe, expect, it } from 'vitest';
import { type DeliveryContext, runWithDelivery } from '@/infrastructure/kafka/delivery/delivery-context';
import { muteInReplay } from './mute-in-replay';

class Provider {
  readonly currency = 'EUR';
  readonly #charged: string[] = [];

  async charge(orderId: string): Promise<string> {
    this.#charged.push(orderId);
    return `real ${this.#charged.length}`;
  }
}

const delivery = (replay?: DeliveryContext['replay']): DeliveryContext => ({
  topic: 't',
  partition: 0,
  offset: 0n,
  key: null,
  attempt: 1,
  group: 'g',
  handler: 'h',
  idempotencyKey: 'h:e',
  headers: {},
  ...(replay ? { replay } : {}),
});

describe('a port that is muted in replays', () => {
  const port = muteInReplay(new Provider(), { name: 'payment', answer: (method) => `no ${method}` });

  it('does its work outside of a replay, and where the replay lets it', async () => {
    expect(port.currency).toBe('EUR');
    expect(await port.charge('o-1')).toBe('real 1');
    expect(await runWithDelivery(delivery(), () => port.charge('o-2'))).toBe('real 2');
    const fill = delivery({ id: 'r', mode: 'fill' });
    expect(await runWithDelivery(fill, () => port.charge('o-3'))).toBe('real 3');
  });

  it('notes the call and does nothing in a replay that mutes', async () => {
    const calls: string[] = [];
    const dry = delivery({ id: 'r', mode: 'dry', mute: (call) => calls.push(call) });
    expect(await runWithDelivery(dry, () => port.charge('o-4'))).toBe('no charge');
    expect(calls).toEqual(['payment.charge']);
    expect(await port.charge('o-5')).toBe('real 4');
  });
});
