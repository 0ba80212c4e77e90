import type pg from 'pg';
import { decodeHeaders } from '@/infrastructure/kafka/transport/embedded/header-codec';

export interface Place {
  readonly segment: string;
  readonly partition: number;
  readonly offset: string;
  readonly identity: string;
  readonly headers: Buffer;
}

/** Where events stand in the embedded log, and who has had them. */
export class LogPlaces {
  constructor(private readonly database: pg.Pool) {}

  /** As `handler of group`, each for each of the events it has had. */
  async handlersOf(topic: string, places: readonly Place[]): Promise<readonly string[]> {
    const { rows: schemas } = await this.database.query<{ schema: string }>(
      `select nspname as schema from pg_namespace n join pg_class c on c.relnamespace = n.oid and c.relname = 'inbox'`,
    );
    const found: string[] = [];
    for (const { schema } of schemas) {
      const { rows } = await this.database.query<{ handler: string }>(
        `select handler || ' of ' || group_id as handler from "${schema}".inbox
         where topic = $1 and event_identity = any($2::text[])`,
        [topic, places.map(({ identity }) => identity)],
      );
      found.push(...rows.map(({ handler }) => handler));
    }
    if (found.length === 0) throw new Error(`Nobody has had these events of ${topic}.`);
    return found;
  }

  async find(
    topic: string,
    key: string,
    wanted: (event: { readonly eventType: string | undefined; readonly value: Buffer }) => boolean,
  ): Promise<Place> {
    const { rows } = await this.database.query<{
      segment: string;
      partition: number;
      offset: string;
      value: Buffer;
      headers: Buffer;
    }>(
      `select r.segment, r.partition, r.record_offset as offset, r.value, r.headers
       from log.record r join log.segment s on s.segment = r.segment
       where s.topic = $1 and r.key = convert_to($2, 'UTF8') order by r.record_offset`,
      [topic, key],
    );
    for (const { segment, partition, offset, value, headers } of rows) {
      const told = new Map(decodeHeaders(headers).map(([name, bytes]) => [name, bytes?.toString()]));
      if (!wanted({ eventType: told.get('ce_type'), value })) continue;
      const identity = `${told.get('ce_source')} ${told.get('ce_id')}`;
      return { segment, partition, offset, identity, headers };
    }
    throw new Error(`No such event of ${key} is in ${topic}.`);
  }
}
