import { type SqlSession, sql } from '@/infrastructure/postgres/sql';

/** A position of the group that somebody set in the log's own tools; progress stayed where it was. */
export interface OfferedReplay {
  readonly id: string;
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** Where the position was set to. */
  readonly committed: number;
  /** Where the group was, and still is. */
  readonly watermark: number;
  readonly noticedAt: string;
  /** Replays what was asked for; null where the position was set beyond the progress: that skips nothing. */
  readonly command: string | null;
}

const MOST_OFFERED = 100;

/** The newest first. `handlersOn`: the names of the handlers that take events of a topic. */
export async function offeredReplays(
  session: SqlSession,
  handlersOn: (topic: string) => readonly string[],
): Promise<readonly OfferedReplay[]> {
  const rows = await session.rows<Omit<OfferedReplay, 'noticedAt' | 'command'> & { noticedAt: Date }>(sql`
    select id, group_id as "group", topic, partition, committed::float8 as committed,
      watermark::float8 as watermark, noticed_at as "noticedAt"
    from outside_resets order by noticed_at desc, id desc limit ${MOST_OFFERED}`);
  return rows.map(({ noticedAt, ...row }) => ({
    ...row,
    noticedAt: noticedAt.toISOString(),
    command: row.committed < row.watermark ? commandFor(row, handlersOn(row.topic)) : null,
  }));
}

function commandFor(
  {
    topic,
    partition,
    committed,
    watermark,
  }: Pick<OfferedReplay, 'topic' | 'partition' | 'committed' | 'watermark'>,
  handlers: readonly string[],
): string {
  const chosen = handlers.map((handler) => `--handler ${handler}`).join(' ');
  return (
    `npm run replay -- start --mode fill --topic ${topic} --partition ${partition} ` +
    `--from-offset ${committed} --to-offset ${watermark} ${chosen}`
  );
}
