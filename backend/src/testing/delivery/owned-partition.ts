import { vi } from 'vitest';
import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { DeliveryOptions } from '@/infrastructure/kafka/delivery/delivery.options';
import type { Tenure } from '@/infrastructure/kafka/delivery/delivery-store.port';
import type { PartitionWorker } from '@/infrastructure/kafka/delivery/lanes/partition-worker';
import { Membership } from '@/infrastructure/kafka/delivery/membership';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { MemoryDeliveryStore } from './memory-delivery-store';
import { groupParts, TOPIC } from './membership-fixture';

/** One partition, its store and its owner, on fake timers. */
export class OwnedPartition {
  readonly pressures: boolean[] = [];
  membership: Membership;

  private constructor(
    readonly handlers: readonly HandlerRegistration[],
    private readonly limits: Partial<DeliveryOptions>,
    readonly store: MemoryDeliveryStore,
  ) {
    this.membership = new Membership({
      ...groupParts(store, () => this.handlers, limits),
      onPressure: (_, full) => this.pressures.push(full),
      onProgress: () => undefined,
      onFenced: () => undefined,
    });
  }

  static async take(
    handlers: readonly HandlerRegistration[],
    limits: Partial<DeliveryOptions> = {},
    store = new MemoryDeliveryStore(),
  ): Promise<OwnedPartition> {
    const owned = new OwnedPartition(handlers, limits, store);
    const taken = await store.acquire('g', [{ topic: TOPIC, partition: 0 }]);
    for (const start of await owned.membership.startsOf(taken)) owned.membership.add(start);
    return owned;
  }

  /** The process ends at once; another one, with these handlers, begins where the last save was. */
  async next(handlers = this.handlers): Promise<OwnedPartition> {
    void this.membership.end();
    return OwnedPartition.take(handlers, this.limits, this.store);
  }

  get worker(): PartitionWorker {
    const [worker] = this.membership.workers();
    if (!worker) throw new Error('The partition is not owned.');
    return worker;
  }

  get tenure(): Tenure {
    return this.worker.tenure;
  }

  /** By offset: the handlers that had an effect, in order. */
  get effects(): string[] {
    return this.store.effects.map(({ handler, offset }) => `${handler} ${offset}`);
  }

  read(...records: readonly LogRecord[]): void {
    const nextOffset = (records.at(-1)?.offset ?? -1n) + 1n;
    this.worker.accept({ topic: TOPIC, partition: 0, records, nextOffset, endOffset: nextOffset });
  }

  /** Lets time pass until it is so. */
  async until(holds: () => boolean, withinMs = 60_000): Promise<void> {
    for (let ms = 0; !holds(); ms += 10) {
      if (ms > withinMs) throw new Error(`Not within ${withinMs} ms: ${String(holds)}`);
      await vi.advanceTimersByTimeAsync(10);
    }
  }

  row(offset: bigint) {
    return [...this.store.parking.rows.values()].find(({ record }) => record.offset === offset);
  }
}
