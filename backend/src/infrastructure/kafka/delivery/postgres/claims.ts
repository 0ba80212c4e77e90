import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { ParkedEventChangedError } from '../delivery.errors';
import type { EffectRun, ParkedRow, Tenure } from '../delivery-store.port';

/** The parked row as it was when its run began; it changes only if nobody else has changed it since. */
export const asItWas = (tenure: Tenure, row: ParkedRow) => sql`
  parked.group_id = ${tenure.group} and parked.topic = ${tenure.topic} and parked.topic_id = ${tenure.topicId}
  and parked.partition = ${tenure.partition} and parked."offset" = ${row.record.offset}
  and parked.state = ${row.state} and parked.attempts = ${row.attempts}`;

/** An edit ends with its handler; one that stands beside `*`, as rows from before have it, is for all of them. */
export const withoutOwnEdit = sql`case when parked.handler is null or parked.handler = '*' then parked.edited_value end`;

/**
 * Takes the runs' parked rows away, or leaves them to the handlers that remain, in the transaction of the effects.
 * Rejects with `ParkedEventChangedError` when a person was quicker.
 */
export async function settleClaims(session: SqlSession, runs: readonly EffectRun[]): Promise<void> {
  const claimed = runs.flatMap(({ tenure, handlers, claim }) =>
    claim ? [{ tenure, handlers, ...claim }] : [],
  );
  if (claimed.length === 0) return;
  const retried = claimed.filter(({ row }) => row.handler !== null);
  await Promise.all([
    endClaims(
      session,
      claimed.filter(({ remaining }) => remaining.length === 0),
    ),
    ...claimed.filter(({ remaining }) => remaining.length > 0).map((claim) => leaveRemaining(session, claim)),
    retried.length > 0 ? resolveLetters(session, retried) : undefined,
  ]);
}

interface Claimed {
  readonly tenure: Tenure;
  readonly row: ParkedRow;
  readonly remaining: readonly string[];
}

async function endClaims(session: SqlSession, ended: readonly Claimed[]): Promise<void> {
  if (ended.length === 0) return;
  const gone = await session.run(sql`
      delete from parked using unnest(
        ${ended.map(({ tenure }) => tenure.group)}::text[], ${ended.map(({ tenure }) => tenure.topic)}::text[],
        ${ended.map(({ tenure }) => tenure.topicId)}::text[],
        ${ended.map(({ tenure }) => tenure.partition)}::int[],
        ${ended.map(({ row }) => row.record.offset)}::bigint[], ${ended.map(({ row }) => row.state)}::text[],
        ${ended.map(({ row }) => row.attempts)}::int[]
      ) as claimed (group_id, topic, topic_id, partition, "offset", state, attempts)
      where parked.group_id = claimed.group_id and parked.topic = claimed.topic
        and parked.topic_id = claimed.topic_id and parked.partition = claimed.partition
        and parked."offset" = claimed."offset" and parked.state = claimed.state
        and parked.attempts = claimed.attempts`);
  if (gone !== ended.length) throw new ParkedEventChangedError();
}

async function leaveRemaining(session: SqlSession, { tenure, row, remaining }: Claimed): Promise<void> {
  const kept = await session.run(sql`
    update parked set pending = ${remaining}::text[], edited_value = ${withoutOwnEdit}
    where ${asItWas(tenure, row)}`);
  if (kept !== 1) throw new ParkedEventChangedError();
}

/** A dead letter that a person sent back has had its effect now. */
export async function resolveLetters(
  session: SqlSession,
  retried: readonly { tenure: Tenure; row: ParkedRow; handlers: readonly string[] }[],
): Promise<void> {
  const each = retried.flatMap(({ tenure, row, handlers }) =>
    [...handlers, '*'].map((handler) => ({ tenure, handler, offset: row.record.offset })),
  );
  await session.run(sql`
    update dead_letters set status = case when edited_value is null then 'resolved' else 'edited' end
    from unnest(
      ${each.map(({ tenure }) => tenure.group)}::text[], ${each.map(({ handler }) => handler)}::text[],
      ${each.map(({ tenure }) => tenure.topic)}::text[], ${each.map(({ tenure }) => tenure.topicId)}::text[],
      ${each.map(({ tenure }) => tenure.partition)}::int[], ${each.map(({ offset }) => offset)}::bigint[]
    ) as retried (group_id, handler, topic, topic_id, partition, "offset")
    where dead_letters.status = 'retrying' and dead_letters.group_id = retried.group_id
      and dead_letters.handler = retried.handler and dead_letters.topic = retried.topic
      and dead_letters.topic_id in (retried.topic_id, '') and dead_letters.partition = retried.partition
      and dead_letters."offset" = retried."offset"`);
}
