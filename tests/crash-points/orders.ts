import { randomUUID } from 'node:crypto';
import { eventually } from '@/testing/eventually';
import { type Customer, type OrderView, TERMINAL } from '../support/customer';
import type { Operator } from './operator';
import type { OrderKind } from './order-kinds';

export interface Accepted {
  readonly orderId: string;
  readonly kind: OrderKind;
}

export interface Ended extends Accepted {
  readonly view: OrderView;
}

const END_WITHIN_MS = 90_000;
/** Through kills, one every few seconds, some as soon as the shop is up. */
const ANSWER_WITHIN_MS = 240_000;

/** Orders of a shop that is killed all the time: a client without an answer asks again, with the same key. */
export class Orders {
  private readonly placing = new Set<Promise<Accepted>>();
  private readonly waiting: Accepted[] = [];

  constructor(
    private readonly customer: Customer,
    private readonly operator?: Operator,
  ) {}

  /** Does not wait: the shop may be about to die. What fails is told by `ended`. */
  place(kind: OrderKind): void {
    const placed = this.accepted(kind);
    this.placing.add(placed);
    placed.catch(() => undefined);
  }

  /** Every order placed so far that no earlier call has answered, when the last of them has ended. */
  async ended(): Promise<readonly Ended[]> {
    this.waiting.push(...(await Promise.all(this.placing)));
    this.placing.clear();
    const ended: Ended[] = [];
    await eventually(
      async () => {
        for (const accepted of this.waiting.slice(ended.length)) {
          const view = await this.customer.view(accepted.orderId);
          if (![...TERMINAL, 'returned', 'return_refused'].includes(view.status)) return false;
          ended.push({ ...accepted, view });
        }
        return true;
      },
      { withinMs: END_WITHIN_MS, what: 'every order to end' },
    ).catch(async (error: unknown) => {
      const next = this.waiting[ended.length];
      const view = next && (await this.customer.view(next.orderId).catch(String));
      throw new Error(`${String(error)} ${next?.kind.name}: ${JSON.stringify(view)}`, { cause: error });
    });
    this.waiting.length = 0;
    return ended;
  }

  private async accepted(kind: OrderKind): Promise<Accepted> {
    const key = randomUUID();
    const orderId = await this.answered(`an order that ${kind.name} to be accepted`, async () => {
      const { status, body } = await this.customer.order(kind.wish, key);
      return status === 202 && body.orderId;
    });
    if (kind.asks === 'cancel') await this.cancelled(orderId);
    if (kind.asks === 'return') await this.givenBack(orderId);
    if (kind.letter) await this.letterSettled(orderId, kind.letter);
    return { orderId, kind };
  }

  /** 409: it was too late for that, or the word had been given before an answer was lost. */
  private cancelled(orderId: string) {
    return this.answered('a cancellation to be answered', async () => {
      const { status } = await this.customer.call('POST', `/api/orders/${orderId}/cancel`);
      return status === 202 || status === 409;
    });
  }

  /** 409: it has not come yet. */
  private givenBack(orderId: string) {
    return this.answered(`order ${orderId} to go back`, async () => {
      const { status, body } = await this.customer.call<{ status: string }>(
        'POST',
        `/api/orders/${orderId}/return`,
      );
      return status === 202 && body.status === 'returned';
    });
  }

  private letterSettled(orderId: string, act: 'retry' | 'skip') {
    return this.answered(
      `a letter of order ${orderId} to be settled by ${act}`,
      async () => (await this.operator?.settle(orderId, act)) ?? false,
    );
  }

  private answered<T>(what: string, ask: () => Promise<T>) {
    return eventually(ask, { withinMs: ANSWER_WITHIN_MS, what });
  }
}
