import type { Position } from '@/infrastructure/kafka/transport/transport.port';
import type { Logger } from '@/infrastructure/observability/logger';
import type { DeliveryStore, Tenure } from '../delivery-store.port';
import type { Segment } from './segment-writer';

/** A tenure whose progress is to be kept. */
export interface Progressing {
  readonly tenure: Tenure;
  readonly watermark: bigint;
  takeSegments(): Segment[];
}

export interface ProgressSaverOptions {
  readonly store: DeliveryStore;
  /** Mirrors what was saved to the log, for its tools. */
  readonly commit: (positions: readonly Position[]) => Promise<void>;
  /** Its partition has another owner, who counts from here on. */
  readonly onRefused: (worker: Progressing) => void;
  readonly logger: Logger;
}

const INTERVAL_MS = 100;

interface Unsaved {
  /** The latest state of each segment, by handler and beginning. */
  readonly segments: Map<string, Segment>;
  mirrored: bigint | null;
}

/**
 * Writes the watermarks and accounts that moved, some times a second. A crash loses at most the last interval: those
 * events come again, and the inbox knows them.
 */
export class ProgressSaver {
  private readonly moved = new Map<Progressing, Unsaved>();
  private readonly mirrors = new WeakMap<Progressing, bigint>();
  private timer: NodeJS.Timeout | undefined;
  private saving: Promise<void> = Promise.resolve();
  private stopped = true;

  constructor(private readonly options: ProgressSaverOptions) {}

  start(): void {
    this.stopped = false;
    if (this.moved.size > 0) this.schedule();
  }

  changed(worker: Progressing): void {
    if (!this.moved.has(worker)) this.moved.set(worker, { segments: new Map(), mirrored: null });
    if (!this.stopped) this.schedule();
  }

  /** Saves what is left, and then what that mirrored; a failure is logged, since a repeated delivery is harmless. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.saving;
    await this.save();
    await this.save();
    this.moved.clear();
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.saving = this.save().finally(() => {
        this.timer = undefined;
        if (this.moved.size > 0 && !this.stopped) this.schedule();
      });
    }, INTERVAL_MS);
  }

  private async save(): Promise<void> {
    const taken = [...this.moved];
    if (taken.length === 0) return;
    this.moved.clear();
    for (const [worker, { segments }] of taken) {
      for (const segment of worker.takeSegments())
        segments.set(`${segment.from}/${segment.handler}`, segment);
    }
    try {
      const updates = taken.map(([worker, { segments }]) => ({
        tenure: worker.tenure,
        watermark: worker.watermark,
        segments: [...segments.values()],
        mirrored: this.mirrors.get(worker) ?? null,
      }));
      const saved = await this.options.store.save(updates);
      for (const [worker] of taken) if (!saved.some(isOf(worker))) this.options.onRefused(worker);
      await this.mirror(taken, saved);
    } catch (error) {
      this.keep(taken);
      this.options.logger.warn({ err: error }, 'progress was not saved; it is tried again');
    }
  }

  private async mirror(
    taken: readonly [Progressing, Unsaved][],
    positions: readonly Position[],
  ): Promise<void> {
    try {
      await this.options.commit(positions);
    } catch (error) {
      this.options.logger.warn({ err: error }, 'progress was not mirrored to the log; the next save does it');
      return;
    }
    for (const position of positions) {
      const [worker] = taken.find(([one]) => isOf(one)(position)) ?? [];
      if (!worker || this.mirrors.get(worker) === position.offset) continue;
      this.mirrors.set(worker, position.offset);
      // What was mirrored is stored too, without which a position set from outside could not be told from ours.
      this.changed(worker);
    }
  }

  /** A later state of the same segment, taken meanwhile, wins. */
  private keep(taken: readonly [Progressing, Unsaved][]): void {
    for (const [worker, unsaved] of taken) {
      const later = this.moved.get(worker);
      if (later) for (const [key, segment] of later.segments) unsaved.segments.set(key, segment);
      this.moved.set(worker, unsaved);
    }
  }
}

const isOf =
  ({ tenure }: Progressing) =>
  ({ topic, partition }: Position): boolean =>
    tenure.topic === topic && tenure.partition === partition;
