import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { WakeUp } from '@/infrastructure/concurrency/wake-up';
import { OrderQueries, type StatusChange } from './order-queries';

interface Watcher {
  readonly orderId: string;
  seq: number;
  readonly tell: (change: StatusChange) => void;
}

const LOOK_EVERY_MS = 100;
const AFTER_ERROR_MS = 1_000;

/**
 * Tells watchers of status changes, whichever process made them: one query for all watchers of this process, only
 * while there are any.
 */
@Injectable()
export class OrderStatusFeed implements BeforeApplicationShutdown {
  private readonly logger = new Logger(OrderStatusFeed.name);
  private readonly watchers = new Set<Watcher>();
  private readonly arrival = new WakeUp();
  private loop: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly orders: OrderQueries) {}

  /** Every change after `seq`, in order and once; returns how to stop watching. */
  watch(orderId: string, seq: number, tell: (change: StatusChange) => void): () => void {
    const watcher = { orderId, seq, tell };
    this.watchers.add(watcher);
    this.arrival.ring();
    this.loop ??= this.run();
    return () => this.watchers.delete(watcher);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.watchers.clear();
    this.arrival.ring();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (!this.stopped && this.watchers.size > 0) {
      try {
        await this.look();
        await this.arrival.wait(LOOK_EVERY_MS);
      } catch (error) {
        this.logger.warn(`Order changes cannot be read at present: ${String(error)}`);
        await this.arrival.wait(AFTER_ERROR_MS);
      }
    }
    // In the same turn as the last look at `watchers`, so that a new watcher starts a loop of its own.
    this.loop = undefined;
  }

  private async look(): Promise<void> {
    const watchers = [...this.watchers];
    const lowest = new Map<string, number>();
    for (const { orderId, seq } of watchers) lowest.set(orderId, Math.min(seq, lowest.get(orderId) ?? seq));
    const changes = await this.orders.changesAfter([...lowest].map(([orderId, seq]) => ({ orderId, seq })));
    const byOrder = Map.groupBy(changes, ({ orderId }) => orderId);
    for (const watcher of watchers) {
      for (const change of byOrder.get(watcher.orderId) ?? []) {
        if (change.seq <= watcher.seq) continue;
        watcher.seq = change.seq;
        watcher.tell(change);
      }
    }
  }
}
