import { sql } from '@/infrastructure/postgres/sql';
import type { Position, TopicPartition } from '../transport.port';
import { laneKey } from './lane-key';
import type { LogDatabase } from './log-database';
import { Recurring } from './recurring';

interface Head extends TopicPartition {
  end: bigint;
  /** Raised by every change, so that an answer asked for earlier does not undo it. */
  version: number;
  readonly listeners: Set<() => void>;
}

/**
 * The ends of the partitions somebody waits at. They move by what this process appended, by a question to the log
 * after another process's notification, and by the same question every `pollMs`, as notifications can be lost.
 */
export class HeadWatch {
  private readonly heads = new Map<string, Head>();
  private readonly poll: Recurring;

  constructor(
    private readonly database: LogDatabase,
    pollMs: number,
    failed: (error: unknown) => void,
  ) {
    this.poll = new Recurring({ everyMs: () => pollMs, work: () => this.look(), failed });
  }

  start(): void {
    this.poll.start();
  }

  stop(): Promise<void> {
    return this.poll.stop();
  }

  /** The listener is called after every move. The answer ends the watch. */
  watch(partition: TopicPartition, listener: () => void): () => void {
    const key = laneKey(partition);
    const head: Head = this.heads.get(key) ?? {
      topic: partition.topic,
      partition: partition.partition,
      end: 0n,
      version: 0,
      listeners: new Set(),
    };
    this.heads.set(key, head);
    head.listeners.add(listener);
    return () => {
      head.listeners.delete(listener);
      if (head.listeners.size === 0 && this.heads.get(key) === head) this.heads.delete(key);
    };
  }

  endOf(partition: TopicPartition): bigint {
    return this.heads.get(laneKey(partition))?.end ?? 0n;
  }

  /** These offsets are in the log; the ends are behind them. */
  appended(positions: Iterable<Position>): void {
    const lasts = new Map<Head, bigint>();
    for (const position of positions) {
      const head = this.heads.get(laneKey(position));
      if (head && position.offset >= head.end) lasts.set(head, position.offset + 1n);
    }
    for (const [head, end] of lasts) this.move(head, end);
  }

  /** Asks the log now. */
  lookSoon(): Promise<void> {
    return this.poll.soon();
  }

  private async look(): Promise<void> {
    if (this.heads.size === 0) return;
    const topics = [...new Set([...this.heads.values()].map(({ topic }) => topic))];
    const versions = new Map([...this.heads.values()].map((head) => [head, head.version]));
    const rows = await this.database.rows<{ topic: string; partition: number; next: string }>(
      sql`select topic, partition, next from log.head where topic = any(${topics})`,
    );
    for (const row of rows) {
      const head = this.heads.get(laneKey(row));
      const end = BigInt(row.next);
      if (!head || end === head.end) continue;
      // A smaller end is a topic that was deleted and made again.
      if (end > head.end || versions.get(head) === head.version) this.move(head, end);
    }
  }

  private move(head: Head, end: bigint): void {
    head.end = end;
    head.version += 1;
    for (const listener of [...head.listeners]) listener();
  }
}
