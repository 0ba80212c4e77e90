import { fullJitter } from '@/infrastructure/concurrency/back-off';
import { WakeUp } from '@/infrastructure/concurrency/wake-up';
import type { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import type { Logger } from '@/infrastructure/observability/logger';
import { channelOf, RelayShards } from './relay-shards';
import type { RelayDoor } from './relay-door';
import type { UnitOfWork } from './unit-of-work';

export interface RelayOptions {
  readonly database: Database;
  readonly url: string;
  readonly door: RelayDoor;
  readonly unitOfWork: UnitOfWork;
  readonly logger: Logger;
}

const BATCH = 1_000;
/** For rows of processes that died before their notification; everything else wakes the relay at once. */
const POLL_MS = 250;
const BACK_OFF = { firstMs: 100, longestMs: 5_000 };

/**
 * Moves committed outbox rows to the log in the order of `seq`, one batch at a time. Never loses a row: it is deleted
 * only with or after its append. With Kafka a crash between the two repeats the append; the inbox knows it.
 */
export class OutboxRelay {
  private readonly shards: RelayShards;
  private readonly rows = new WakeUp();
  private readonly stopped = new WakeUp();
  private running: Promise<void> | undefined;
  private stopping = false;

  constructor(private readonly options: RelayOptions) {
    this.shards = new RelayShards(options.url, options.database.schema, () => this.rows.ring());
    options.unitOfWork.onPublished(() => this.published());
  }

  start(): void {
    this.running ??= this.loop();
  }

  /** Rows already committed by this process are relayed first. Bounded by the append under way. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.rows.ring();
    this.stopped.ring();
    await this.running;
    await this.shards.close();
  }

  private published(): void {
    this.rows.ring();
    if (this.running && this.shards.complete) return;
    const channel = channelOf(this.options.database.schema);
    this.options.database.run(sql`select pg_notify(${channel}, '')`).catch((error: unknown) => {
      this.options.logger.debug({ err: error }, 'the relay was not notified; its poll finds the rows');
    });
  }

  private async loop(): Promise<void> {
    let failures = 0;
    for (;;) {
      try {
        const shards = await this.shards.own();
        const moved =
          shards.length > 0 ? await this.options.door.move(this.options.database, shards, BATCH) : 0;
        failures = 0;
        if (moved === BATCH) continue;
        if (this.stopping && moved === 0) return;
        if (moved === 0) await this.rows.wait(POLL_MS);
      } catch (error) {
        if (this.stopping) return;
        failures += 1;
        const delay = fullJitter(BACK_OFF, failures, Math.random());
        this.options.logger.warn(
          { err: error, delay, failures },
          'outbox rows wait: the relay could not move them',
        );
        await this.stopped.wait(delay);
      }
    }
  }
}
