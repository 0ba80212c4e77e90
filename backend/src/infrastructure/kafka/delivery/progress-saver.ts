import type { Position } from '@/infrastructure/kafka/transport/transport.port';
import type { Logger } from '@/infrastructure/observability/logger';
import type { DeliveryStore } from './delivery-store.port';
import type { PartitionWorker } from './partition-worker';

export interface ProgressSaverOptions {
  readonly store: DeliveryStore;
  /** Mirrors what was saved to the log, for its tools. */
  readonly commit: (positions: readonly Position[]) => Promise<void>;
  readonly logger: Logger;
}

const INTERVAL_MS = 100;

/**
 * Writes the watermarks that moved, some times a second. A crash loses at most the last interval: those events come
 * again, and the inbox knows them.
 */
export class ProgressSaver {
  private readonly moved = new Set<PartitionWorker>();
  private timer: NodeJS.Timeout | undefined;
  private saving: Promise<void> = Promise.resolve();
  private stopped = true;

  constructor(private readonly options: ProgressSaverOptions) {}

  start(): void {
    this.stopped = false;
    if (this.moved.size > 0) this.schedule();
  }

  changed(worker: PartitionWorker): void {
    this.moved.add(worker);
    if (!this.stopped) this.schedule();
  }

  /** Saves what is left; a failure is logged, since a repeated delivery is harmless. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.saving;
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
    const workers = [...this.moved];
    if (workers.length === 0) return;
    this.moved.clear();
    try {
      const positions = workers.map(({ tenure, watermark }) => ({ tenure, watermark }));
      await this.options.commit(await this.options.store.save(positions));
    } catch (error) {
      for (const worker of workers) this.moved.add(worker);
      this.options.logger.warn({ err: error }, 'progress was not saved; it is tried again');
    }
  }
}
