import type pg from 'pg';
import { LogPlaces } from './log-places';
import { oneRow, type PlantedFault, rowGone } from './planted-fault';

/** What a service's inbox remembers of a request for payment. */
export class InboxFaults {
  private readonly places: LogPlaces;

  constructor(private readonly database: pg.Pool) {
    this.places = new LogPlaces(database);
  }

  async inboxRowGone(schema: string, topic: string, key: string): Promise<PlantedFault<{ handler: string }>> {
    const { identity } = await this.places.find(
      topic,
      key,
      ({ eventType }) => eventType === 'payment.requested',
    );
    const { rows } = await this.database.query<{ handler: string; group_id: string }>(
      `select handler, group_id from "${schema}".inbox where event_identity = $1`,
      [identity],
    );
    const gone = await rowGone(this.database, `"${schema}".inbox`, 'event_identity = $1', [identity]);
    return { handler: `${rows[0]?.handler} of ${rows[0]?.group_id}`, ...gone };
  }

  /** The same effect once more, in another week of the inbox, where its key does not see the first one. */
  async inboxRowTwice(
    schema: string,
    topic: string,
    key: string,
  ): Promise<PlantedFault<{ handler: string }>> {
    const { identity } = await this.places.find(
      topic,
      key,
      ({ eventType }) => eventType === 'payment.requested',
    );
    const { rows } = await this.database.query<{ handler: string }>(
      `insert into "${schema}".inbox
         (group_id, handler, event_identity, event_time, topic, topic_id, partition, "offset", handled_at)
       select group_id, handler, event_identity, 'infinity', topic, topic_id, partition, "offset", handled_at
       from "${schema}".inbox where event_identity = $1
       returning handler || ' of ' || group_id as handler`,
      [identity],
    );
    const [row, ...others] = rows;
    if (!row || others.length > 0) throw new Error(`${rows.length} rows are in the inbox twice, not one.`);
    return {
      ...row,
      [Symbol.asyncDispose]: () =>
        oneRow(
          this.database,
          `delete from "${schema}".inbox where event_identity = $1 and event_time = 'infinity'`,
          [identity],
        ),
    };
  }
}
