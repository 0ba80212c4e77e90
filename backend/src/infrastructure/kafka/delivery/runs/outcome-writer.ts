import { fullJitter } from '@/infrastructure/concurrency/back-off';
import { Coalescer } from '@/infrastructure/concurrency/coalescer';
import type { Stop } from '@/infrastructure/concurrency/stop';
import type { Logger } from '@/infrastructure/observability/logger';
import type { DeliveryStore, EffectOutcomes, EffectRun, ParkRequest } from '../delivery-store.port';
import { isChanged, isFenced, isPassing } from './failure-class';

type Settled<T> = { readonly value: T } | { readonly error: unknown };

const BACK_OFF = { firstMs: 50, longestMs: 5_000 };
const MOST_ITEMS = 500;

/**
 * Small writes of many lanes, put together. While the database is away they wait and nothing is dropped; what is
 * refused for one partition does not fail its neighbours in the batch.
 */
export class OutcomeWriter {
  private readonly lookups: Coalescer<EffectRun, Settled<EffectOutcomes>>;
  private readonly effects: Coalescer<EffectRun, Settled<undefined>>;
  private readonly parked: Coalescer<ParkRequest, Settled<undefined>>;

  constructor(
    private readonly store: DeliveryStore,
    private readonly stop: Stop,
    private readonly logger: Logger,
  ) {
    const limits = { items: MOST_ITEMS, calls: 1 };
    this.lookups = new Coalescer((runs) => this.each(runs, (some) => store.seen(some)), {
      ...limits,
      calls: 2,
    });
    this.effects = new Coalescer(
      (runs) => this.each(runs, async (some) => store.remember(some).then(() => some.map(() => undefined))),
      limits,
    );
    this.parked = new Coalescer(
      (requests) =>
        this.each(requests, async (some) => this.parkAll(some).then(() => some.map(() => undefined))),
      limits,
    );
  }

  /** Which of the run's handlers had their effect already. */
  seen(run: EffectRun): Promise<EffectOutcomes> {
    return this.lookups.submit(run).then(unwrap);
  }

  /**
   * Resolves when the effects are remembered. They have happened, so whatever refuses the write (a full disk, a server
   * that only reads) is tried again for as long as the partition is ours.
   */
  async remember(run: EffectRun): Promise<void> {
    for (let failures = 1; ; failures++) {
      try {
        return unwrap(await this.effects.submit(run));
      } catch (error) {
        if (isFenced(error) || isChanged(error) || this.stop.requested) throw error;
        this.logger.warn({ err: error, failures }, 'an effect that has happened is not remembered yet');
        await this.stop.wait(fullJitter(BACK_OFF, failures, Math.random()));
      }
    }
  }

  /** Resolves when the record is in its table, and so can be passed over in the log. */
  park(request: ParkRequest): Promise<void> {
    return this.parked.submit(request).then(unwrap);
  }

  private async parkAll(requests: readonly ParkRequest[]): Promise<void> {
    await this.store.parking?.park(requests);
  }

  private async each<In, Out>(
    items: readonly In[],
    call: (items: readonly In[]) => Promise<readonly Out[]>,
  ): Promise<Settled<Out>[]> {
    for (let failures = 1; ; failures++) {
      try {
        return (await call(items)).map((value) => ({ value }));
      } catch (error) {
        if (isPassing(error) && !this.stop.requested) {
          this.logger.warn({ err: error, failures, waiting: items.length }, 'outcomes wait to be stored');
          await this.stop.wait(fullJitter(BACK_OFF, failures, Math.random()));
        } else if (items.length === 1 || isPassing(error)) {
          return items.map(() => ({ error }));
        } else {
          const settled: Settled<Out>[] = [];
          for (const item of items) settled.push(...(await this.each([item], call)));
          return settled;
        }
      }
    }
  }
}

function unwrap<T>(settled: Settled<T>): T {
  if ('error' in settled) throw settled.error;
  return settled.value;
}
