import type { Client } from 'pg';

interface Sample {
  readonly at: number;
  readonly partition: number;
  readonly watermark: number;
}

const EVERY_MS = 50;

/**
 * Looks at the stored progress of a group. The lag at a moment is the age of the oldest event without an outcome, over
 * all partitions.
 */
export class LagSampler {
  private readonly client: Client;
  private readonly samples: Sample[] = [];
  private readonly publishedAt = new Map<number, number[]>();
  private stopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(client: Client) {
    this.client = client;
  }

  start(): void {
    this.running = this.sample();
  }

  stop(): Promise<void> {
    this.stopped = true;
    return this.running;
  }

  /** When the event at a place in the log was published. */
  saw(partition: number, offset: number, publishedAt: number): void {
    let times = this.publishedAt.get(partition);
    if (!times) this.publishedAt.set(partition, (times = []));
    times[offset] = publishedAt;
  }

  /** Of each moment looked at between the two, in ms. */
  lags(from: number, to: number): number[] {
    const byMoment = new Map<number, number>();
    for (const { at, partition, watermark } of this.samples) {
      if (at < from || at > to) continue;
      const published = this.publishedAt.get(partition)?.[watermark];
      const lag = published === undefined ? 0 : Math.max(0, at - published);
      byMoment.set(at, Math.max(lag, byMoment.get(at) ?? 0));
    }
    return [...byMoment.values()];
  }

  private async sample(): Promise<void> {
    while (!this.stopped) {
      const { rows } = await this.client.query('select partition, watermark::int from progress');
      const at = Date.now();
      for (const { partition, watermark } of rows) this.samples.push({ at, partition, watermark });
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
}
