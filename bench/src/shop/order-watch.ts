import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

interface Waiting {
  readonly resolve: (at: number) => void;
  readonly reject: (error: Error) => void;
}

const LOOK_EVERY_MS = 10;

/** Sees from outside when an order is completed: one statement for all that are waited for. */
export class OrderWatch {
  /** Statements of its own, each a transaction. */
  looks = 0;
  private readonly client: pg.Client;
  private readonly waiting = new Map<string, Waiting>();
  private readonly done: Promise<void>;
  private closed = false;

  private constructor(client: pg.Client) {
    this.client = client;
    this.done = this.run();
  }

  static async open(databaseUrl: string): Promise<OrderWatch> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    return new OrderWatch(client);
  }

  /** Resolves with the time of `performance.now()`; rejects when the order ends in another way. */
  completed(orderId: string): Promise<number> {
    return new Promise((resolve, reject) => this.waiting.set(orderId, { resolve, reject }));
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.done;
    await this.client.end();
  }

  private async run(): Promise<void> {
    while (!this.closed) {
      if (this.waiting.size > 0) await this.look().catch((error: Error) => this.failAll(error));
      await delay(LOOK_EVERY_MS);
    }
  }

  private async look(): Promise<void> {
    this.looks += 1;
    const { rows } = await this.client.query<{ bench_watched: string; status: string }>({
      name: 'watch',
      text: `select order_id as bench_watched, status from "order".orders
        where order_id = any($1::text[]) and status in ('completed', 'cancelled', 'needs_attention')`,
      values: [[...this.waiting.keys()]],
    });
    const at = performance.now();
    for (const { bench_watched: orderId, status } of rows) {
      const waiting = this.waiting.get(orderId);
      this.waiting.delete(orderId);
      if (status === 'completed') waiting?.resolve(at);
      else waiting?.reject(new Error(`Order ${orderId} ended as ${status}.`));
    }
  }

  private failAll(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
