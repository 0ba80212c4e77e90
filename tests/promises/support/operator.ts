import { eventually } from '@/testing/eventually';
import type { DeliveryTables, Letter } from './delivery-tables';

/** A killed owner's partitions move only after its session time-out, and what is parked takes its turn. */
const DEAD_WITHIN_MS = 120_000;

/** A person's decisions about dead letters, as the rows by which they reach the partition's owner. */
export class Operator {
  constructor(private readonly tables: DeliveryTables) {}

  async dead(key: string): Promise<Letter> {
    return eventually(
      async () =>
        (await this.tables.letters()).find((letter) => letter.key === key && letter.status === 'dead'),
      { what: `a dead letter of ${key}`, withinMs: DEAD_WITHIN_MS },
    ).catch(async (error: unknown) => {
      const rows = (await this.tables.parked()).filter((row) => row.key === key);
      const progress = [...(await this.tables.watermarks())];
      throw new Error(`${String(error)}\n${JSON.stringify({ rows, progress })}`, { cause: error });
    });
  }

  /** Runs it again, in its place of the lane. */
  async retry({ id }: Letter): Promise<void> {
    await this.tables.rows(
      `with letter as (
         update dead_letters set status = 'retrying', decided_by = 'spec', decided_at = clock_timestamp()
         where id = $1 and status = 'dead' returning *
       ) insert into parked (group_id, topic, topic_id, partition, "offset", lane, key, value, headers, recorded_at,
           event_identity, event_type, writer_fingerprint, pending, handler, attempts, state, due_at, first_failed_at)
         select group_id, topic, topic_id, partition, "offset", lane, key, value, headers, recorded_at,
           event_identity, event_type, writer_fingerprint, array[handler], handler, 0, 'waiting', clock_timestamp(),
           first_failed_at
         from letter
         on conflict (group_id, topic, topic_id, partition, "offset") do update
           set state = 'waiting', attempts = 0, due_at = clock_timestamp(), pending = excluded.pending,
             handler = excluded.handler`,
      [id],
    );
  }

  /** The lane goes on without it. */
  async skip({ id, offset }: Letter): Promise<void> {
    await this.tables.rows(`update dead_letters set status = 'skipped', decided_by = 'spec' where id = $1`, [
      id,
    ]);
    await this.tables.rows(
      `update parked set state = 'skip', due_at = clock_timestamp() where state = 'dead' and "offset" = $1`,
      [offset],
    );
  }
}
