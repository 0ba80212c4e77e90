import { AsyncLocalStorage } from 'node:async_hooks';
import { FencedError } from '@/infrastructure/kafka/delivery/delivery.errors';
import type {
  BurialOutcome,
  BurialRequest,
  DeliveryStore,
  EffectOutcome,
  EffectOutcomes,
  EffectParts,
  EffectRun,
  ProgressUpdate,
  Takeover,
  Tenure,
} from '@/infrastructure/kafka/delivery/delivery-store.port';
import type { Position, TopicPartition } from '@/infrastructure/kafka/transport/transport.port';
import { MemoryParking } from './memory-parking';

export interface Effect {
  readonly handler: string;
  readonly lane: string;
  readonly offset: bigint;
}

/** A delivery store that keeps the promises of the tables, and fails where a spec says so. */
export class MemoryDeliveryStore implements DeliveryStore {
  readonly transactional = true;
  readonly parking: MemoryParking;
  readonly effects: Effect[] = [];
  /** `<handler> <event>`, and the offset it was entered for. */
  readonly inbox = new Map<string, bigint>();
  readonly letters: BurialRequest[] = [];
  readonly saved = new Map<number, ProgressUpdate>();
  /** Asked before each call and, as `…:answer`, after it; what it throws is the answer. */
  fault: (at: string) => void = () => undefined;
  private readonly epochs = new Map<number, bigint>();
  private readonly open = new AsyncLocalStorage<Effect[]>();

  constructor() {
    this.parking = new MemoryParking({
      isOwner: (tenure) => this.isOwner(tenure),
      fault: (at) => this.fault(at),
    });
  }

  /** For handlers: an effect that is there when the transaction commits, or at once outside of one. */
  effect(effect: Effect): void {
    (this.open.getStore() ?? this.effects).push(effect);
  }

  async acquire(group: string, partitions: readonly TopicPartition[]): Promise<readonly Takeover[]> {
    this.fault('acquire');
    return partitions.map(({ topic, partition }) => {
      const epoch = (this.epochs.get(partition) ?? 0n) + 1n;
      this.epochs.set(partition, epoch);
      const tenure = { group, topic, topicId: 't', partition, epoch };
      this.parking.giveHeads(tenure);
      const parked = new Map<string, number>();
      for (const { lane } of this.parking.rows.values()) parked.set(lane, (parked.get(lane) ?? 0) + 1);
      const letters = new Map<bigint, string[]>();
      for (const { letter } of this.letters) {
        const { offset } = letter.record;
        letters.set(offset, [...(letters.get(offset) ?? []), letter.handler]);
      }
      const before = this.saved.get(partition)?.watermark ?? null;
      return { tenure, watermarks: new Map<string, bigint>(), before, parked, letters };
    });
  }

  async together(
    runs: readonly EffectRun[],
    work: (outcomes: readonly EffectOutcomes[], parts: EffectParts) => Promise<void>,
  ): Promise<readonly EffectOutcomes[]> {
    this.fault('together');
    for (const { tenure } of runs) this.refuseFenced(tenure);
    const outcomes = this.known(runs);
    const effects: Effect[] = [];
    const withdrawn = new Set<number>();
    const attempt: EffectParts['attempt'] = async (nth, run) => {
      const before = effects.length;
      try {
        await run();
        return undefined;
      } catch (error) {
        if (effects.length > before) throw error;
        withdrawn.add(nth);
        return { error };
      }
    };
    await this.open.run(effects, () => work(outcomes, { attempt }));
    this.fault('commit');
    for (const { tenure } of runs) this.refuseFenced(tenure);
    const kept = runs.filter((_, nth) => !withdrawn.has(nth));
    this.parking.settle(kept);
    this.enter(kept);
    this.effects.push(...effects);
    this.fault('together:answer');
    return outcomes;
  }

  async seen(runs: readonly EffectRun[]): Promise<readonly EffectOutcomes[]> {
    this.fault('seen');
    for (const { tenure } of runs) this.refuseFenced(tenure);
    return this.known(runs);
  }

  async remember(runs: readonly EffectRun[]): Promise<void> {
    this.fault('remember');
    for (const { tenure } of runs) this.refuseFenced(tenure);
    this.parking.settle(runs);
    this.enter(runs);
    this.fault('remember:answer');
  }

  async bury(request: BurialRequest): Promise<BurialOutcome> {
    this.fault('bury');
    this.refuseFenced(request.tenure);
    const outcome = this.parking.bury(request);
    const { handler, record } = request.letter;
    if (
      !this.letters.some(({ letter }) => letter.handler === handler && letter.record.offset === record.offset)
    )
      this.letters.push(request);
    return outcome;
  }

  async save(progress: readonly ProgressUpdate[]): Promise<readonly Position[]> {
    this.fault('save');
    const own = progress.filter(({ tenure }) => this.isOwner(tenure));
    for (const update of own) this.saved.set(update.tenure.partition, update);
    return own.map(({ tenure: { topic, partition }, watermark }) => ({
      topic,
      partition,
      offset: watermark,
    }));
  }

  private known(runs: readonly EffectRun[]): EffectOutcomes[] {
    return runs.map(({ handlers, mark, record }) =>
      handlers.map((handler): EffectOutcome => {
        const entered = this.inbox.get(`${handler} ${mark.identity}`);
        if (entered === undefined) return 'handled';
        return entered === record.offset ? 'again' : 'repeated';
      }),
    );
  }

  private enter(runs: readonly EffectRun[]): void {
    for (const { handlers, mark, record } of runs) {
      for (const handler of handlers) {
        const key = `${handler} ${mark.identity}`;
        if (!this.inbox.has(key)) this.inbox.set(key, record.offset);
      }
    }
  }

  private isOwner({ partition, epoch }: Tenure): boolean {
    return this.epochs.get(partition) === epoch;
  }

  private refuseFenced(tenure: Tenure): void {
    if (!this.isOwner(tenure)) throw new FencedError('has a new owner');
  }
}
