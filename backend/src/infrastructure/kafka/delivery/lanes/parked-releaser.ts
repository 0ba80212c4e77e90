import { Stop } from '@/infrastructure/concurrency/stop';
import type { Logger } from '@/infrastructure/observability/logger';
import type { Parking, Tenure } from '../delivery-store.port';
import type { PartitionWorker } from './partition-worker';

export interface ParkedReleaserOptions {
  readonly parking: Parking;
  readonly workers: () => Iterable<PartitionWorker>;
  readonly releasesPerSecond: number;
  readonly logger: Logger;
}

/** Heads of one look; the rest is as due a moment later. */
const MOST_AT_ONCE = 200;
const SHORTEST_MS = 20;
const LONGEST_MS = 250;

/**
 * Gives parked heads back to their lanes when their time has come, by the database's clock: this process's clock may be
 * set as it likes. At most so many a second, so that the end of an outage is no outage for the others.
 */
export class ParkedReleaser {
  private readonly stop = new Stop();
  private running: Promise<void> | undefined;
  private allowance = 0;
  private counted = performance.now();

  constructor(private readonly options: ParkedReleaserOptions) {}

  start(): void {
    this.running ??= this.loop();
  }

  async close(): Promise<void> {
    this.stop.request();
    await this.running;
  }

  private async loop(): Promise<void> {
    while (!this.stop.requested) {
      let waitMs = LONGEST_MS;
      try {
        waitMs = await this.look();
      } catch (error) {
        this.options.logger.warn(
          { err: error },
          'parked events wait: the database did not tell which are due',
        );
      }
      await this.stop.wait(Math.max(SHORTEST_MS, waitMs));
    }
  }

  private async look(): Promise<number> {
    const owners = new Map<Tenure, PartitionWorker>();
    for (const worker of this.options.workers()) if (worker.takesReleased) owners.set(worker.tenure, worker);
    const owned = [...owners].map(([tenure, { releasing }]) => ({ tenure, releasing }));
    // A run that was given up on and goes on all the same keeps its own lane, and nobody else's place.
    const running = owned.flatMap(({ releasing }) => releasing.filter(({ hung }) => hung === 0)).length;
    if (running >= MOST_AT_ONCE) return SHORTEST_MS;
    const limit = Math.min(this.allowed(), MOST_AT_ONCE - running);
    if (owners.size === 0 || limit === 0) return LONGEST_MS;
    const { rows, nextMs } = await this.options.parking.due(
      owned.map(({ tenure, releasing }) => ({ tenure, except: releasing.map(({ key }) => key) })),
      limit,
    );
    this.allowance -= rows.length;
    for (const { tenure, ...row } of rows) owners.get(tenure)?.release(row);
    return rows.length === limit ? SHORTEST_MS : nextMs;
  }

  private allowed(): number {
    const now = performance.now();
    const { releasesPerSecond } = this.options;
    this.allowance = Math.min(
      releasesPerSecond,
      this.allowance + ((now - this.counted) / 1000) * releasesPerSecond,
    );
    this.counted = now;
    return Math.floor(this.allowance);
  }
}
