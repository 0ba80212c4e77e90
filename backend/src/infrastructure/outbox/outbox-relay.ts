import { fullJitter } from '@/infrastructure/concurrency/back-off';
import { WakeUp } from '@/infrastructure/concurrency/wake-up';
import type { Database } from '@/infrastructure/postgres/database';
import type { Logger } from '@/infrastructure/observability/logger';
import { OutboxFloor } from './outbox-floor';
import { OutboxVacuum } from './outbox-vacuum';
import { type Moved, NOTHING_MOVED, type RelayDoor } from './relay-door';
import { RelayShards } from './relay-shards';
import type { UnitOfWork } from './unit-of-work';

export interface RelayOptions {
  readonly database: Database;
  readonly url: string;
  readonly door: RelayDoor;
  readonly unitOfWork: UnitOfWork;
  readonly logger: Logger;
  /** So many rows were appended that were, or may have been, in the log already. */
  readonly onRepeated?: (rows: number) => void;
  /** How long a process that gives no sign of life keeps its shards, in ms. Default 5,000. */
  readonly leaseMs?: number;
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
  private readonly vacuum: OutboxVacuum;
  private readonly floor = new OutboxFloor();
  private readonly rows = new WakeUp();
  private readonly stopped = new WakeUp();
  private running: Promise<void> | undefined;
  private stopping = false;

  constructor(private readonly options: RelayOptions) {
    const { url, database, logger, leaseMs } = options;
    this.vacuum = new OutboxVacuum(database, logger);
    this.shards = new RelayShards({
      url,
      schema: database.schema,
      onNotified: () => this.rows.ring(),
      ...(leaseMs === undefined ? {} : { leaseMs }),
    });
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
    await Promise.all([this.shards.close(), this.vacuum.settled()]);
  }

  private published(): void {
    if (this.shards.shards.length > 0) this.rows.ring();
    if (!this.shards.complete) this.shards.tell();
  }

  private async loop(): Promise<void> {
    let failures = 0;
    for (;;) {
      try {
        const { rows, more } = await this.move();
        failures = 0;
        if (more) continue;
        if (this.stopping && rows === 0) return;
        if (!this.stopping) await this.rows.wait(POLL_MS);
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

  private async move(): Promise<Moved> {
    const { database, door, logger, onRepeated } = this.options;
    const owned = await this.shards.own();
    if (owned.shards.length === 0) return NOTHING_MOVED;
    const moved = await door.move(database, { owned, from: this.floor.from, limit: BATCH });
    await this.floor.relayed(database, moved.rows);
    this.vacuum.relayed(moved.rows, moved.more);
    if (moved.repeated > 0) onRepeated?.(moved.repeated);
    if (moved.refused > 0) {
      const { refused } = moved;
      logger.error({ refused }, 'the log refuses outbox rows; their aggregates wait for a decision');
    }
    return moved;
  }
}
