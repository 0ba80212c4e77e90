import { sql } from '@/infrastructure/postgres/sql';
import type { TransportLogger } from './embedded.options';
import type { LogDatabase } from './log-database';
import { Recurring } from './recurring';

/** Drops segments past their retention. Every process looks; the heads' locks let one of them do it. */
export class RetentionKeeper {
  private readonly round: Recurring;

  constructor(
    private readonly database: LogDatabase,
    everyMs: number,
    private readonly logger: TransportLogger,
  ) {
    this.round = new Recurring({
      everyMs: () => everyMs,
      work: () => this.retain(),
      failed: (err) => logger.warn({ err }, 'retention of the event log is tried again'),
    });
  }

  start(): void {
    this.round.start();
  }

  stop(): Promise<void> {
    return this.round.stop();
  }

  private async retain(): Promise<void> {
    const due = await this.database.rows<{ topic: string }>(sql`select log.retention_due() as topic`);
    for (const { topic } of due) {
      const row = await this.database.row<{ dropped: number }>(sql`select log.retain(${topic}) as dropped`);
      const segments = row?.dropped ?? 0;
      if (segments > 0) this.logger.info({ topic, segments }, 'segments past their retention were dropped');
    }
  }
}
