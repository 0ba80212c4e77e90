import { WakeUp } from '@/infrastructure/concurrency/wake-up';
import type { Logger } from '@/infrastructure/observability/logger';
import type { Database } from '@/infrastructure/postgres/database';
import { databaseTime } from '@/infrastructure/postgres/database-time';
import type { InboxHorizon } from './inbox-horizon';
import { InboxWeeks } from './inbox-weeks';

export interface InboxKeeperOptions {
  readonly database: Database;
  readonly horizon: InboxHorizon;
  readonly logger: Logger;
}

const HOUR_MS = 3_600_000;
const AGAIN_MS = 60_000;
/** Beyond the horizon: for runs that were admitted just before it, and for clocks that differ. */
const GRACE_MS = 24 * HOUR_MS;

/** Keeps the inbox to its horizon: weeks ahead are made, weeks past it dropped. Every process looks. */
export class InboxKeeper {
  private readonly weeks: InboxWeeks;
  private readonly wakeUp = new WakeUp();
  private stopping = false;
  private running: Promise<void> | undefined;

  constructor(private readonly options: InboxKeeperOptions) {
    this.weeks = new InboxWeeks(options.database);
  }

  start(): void {
    this.running ??= this.loop();
  }

  /** Until the new topics' retentions are known nothing counts as too old. */
  topicsChanged(): void {
    this.options.horizon.forget();
    this.wakeUp.ring();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wakeUp.ring();
    await this.running;
  }

  /** One round. Rejects when a lock was not to be had in time, or the log or the database does not answer. */
  async keep(): Promise<void> {
    const { database, horizon, logger } = this.options;
    const now = new Date(await databaseTime(database));
    await this.weeks.ensure(now);
    const horizonMs = await horizon.refresh();
    if (!Number.isFinite(horizonMs)) return;
    const before = new Date(now.getTime() - horizonMs - GRACE_MS);
    const dropped = await this.weeks.dropBefore(before);
    const rows = await this.weeks.forgetBefore(before);
    if (dropped.length > 0 || rows > 0) {
      logger.info({ before, dropped, rows }, 'the inbox forgot what is past its horizon');
    }
  }

  private async loop(): Promise<void> {
    while (!this.stopping) {
      let next = HOUR_MS;
      try {
        await this.keep();
      } catch (err) {
        if (this.stopping) return;
        next = AGAIN_MS;
        this.options.logger.warn({ err }, 'the inbox could not be brought to its horizon, again soon');
      }
      await this.wakeUp.wait(next);
    }
  }
}
