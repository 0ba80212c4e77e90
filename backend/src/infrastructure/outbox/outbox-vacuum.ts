import type { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import type { Logger } from '@/infrastructure/observability/logger';

/** About 15 MB of rows as the shop has them. */
const EVERY_ROWS = 20_000;
/** While more rows wait: each run would look through all of them. */
const EVERY_ROWS_OF_MANY = 200_000;

/**
 * Lets the space of relayed rows be used again, so that the table stays as large as what was relayed between two of
 * these, whatever the rate. The server's own vacuum comes once a minute by default, and is still there for the rest
 * (docs/adr/0023-the-relay-vacuums-its-outbox.md).
 */
export class OutboxVacuum {
  private rows = 0;
  private running: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /** Never waits: rows are relayed while it runs. `more`: the outbox has not been emptied by this. */
  relayed(rows: number, more: boolean): void {
    this.rows += rows;
    if (this.rows < (more ? EVERY_ROWS_OF_MANY : EVERY_ROWS) || this.running) return;
    this.rows = 0;
    this.running = this.vacuum().finally(() => {
      this.running = undefined;
    });
  }

  /** Resolves when none is under way. */
  async settled(): Promise<void> {
    await this.running;
  }

  private async vacuum(): Promise<void> {
    try {
      await this.database.run(sql`vacuum outbox`);
    } catch (error) {
      this.logger.warn({ err: error }, "the outbox was not vacuumed; the server's own vacuum will do it");
    }
  }
}
