import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { EffectOutcome, EffectOutcomes, EffectRun } from '../delivery-store.port';
import { refuseFenced } from './fence';

interface Wanted {
  readonly run: EffectRun;
  readonly handler: string;
}

/**
 * Writes the inbox rows of all runs with one statement, under their epochs, and tells which of them are new. Rows are
 * entered in one order, so that two transactions with the same events wait for each other in one direction only.
 */
export async function enterInbox(session: SqlSession, runs: readonly EffectRun[]): Promise<EffectOutcomes[]> {
  const wanted = wantedRows(runs);
  const entered = await session.rows<{ nth: string }>(sql`
    with wanted as (${columnsOf(wanted)}), entered as (
      insert into inbox (group_id, handler, event_identity, event_time, topic, topic_id, partition, "offset")
      select wanted.group_id, handler, event_identity, event_time, wanted.topic, wanted.topic_id, wanted.partition,
        "offset"
      from wanted join progress using (group_id, topic, partition, epoch)
      order by wanted.group_id, handler, event_identity, nth
      on conflict do nothing
      returning group_id, handler, event_identity, topic, partition, "offset"
    )
    select wanted.nth from wanted
    join entered using (group_id, handler, event_identity, topic, partition, "offset")`);
  const fresh = new Set(entered.map(({ nth }) => Number(nth)));
  if (fresh.size === wanted.length) return byRun(runs, () => 'handled');
  await refuseFenced(
    session,
    runs.map(({ tenure }) => tenure),
  );
  const known = await knownRows(session, wanted);
  const outcomeOf = (nth: number) => (fresh.has(nth) ? 'handled' : (known.get(nth) ?? 'repeated'));
  await noteRepeats(
    session,
    wanted.filter((_, index) => outcomeOf(index + 1) === 'repeated'),
  );
  return byRun(runs, outcomeOf);
}

/**
 * The account of the offset may be written already, or be written with the outcome of another handler, as of an event
 * that was parked. So that it has an outcome here stands in a row.
 */
async function noteRepeats(session: SqlSession, wanted: readonly Wanted[]): Promise<void> {
  if (wanted.length === 0) return;
  await session.run(sql`
    with wanted as (${columnsOf(wanted)})
    insert into repeats (group_id, handler, topic, topic_id, partition, "offset", event_identity)
    select group_id, handler, topic, topic_id, partition, "offset", event_identity from wanted
    on conflict do nothing`);
}

/** Which runs had their effect, without writing anything. */
export async function findInInbox(
  session: SqlSession,
  runs: readonly EffectRun[],
): Promise<EffectOutcomes[]> {
  const known = await knownRows(session, wantedRows(runs));
  return byRun(runs, (nth) => known.get(nth) ?? 'handled');
}

async function knownRows(
  session: SqlSession,
  wanted: readonly Wanted[],
): Promise<ReadonlyMap<number, EffectOutcome>> {
  // A topic made anew counts its offsets from 0 again; rows from before topics had an identity have ''.
  const rows = await session.rows<{ nth: string; here: boolean }>(sql`
    with wanted as (${columnsOf(wanted)})
    select wanted.nth, inbox."offset" = wanted."offset" and inbox.topic = wanted.topic
      and inbox.partition = wanted.partition and inbox.topic_id in (wanted.topic_id, '') as here
    from wanted join inbox using (group_id, handler, event_identity, event_time)`);
  return new Map(rows.map(({ nth, here }) => [Number(nth), here ? 'again' : 'repeated']));
}

const wantedRows = (runs: readonly EffectRun[]): Wanted[] =>
  runs.flatMap((run) => run.handlers.map((handler) => ({ run, handler })));

function byRun(runs: readonly EffectRun[], outcomeOf: (nth: number) => EffectOutcome): EffectOutcomes[] {
  let nth = 0;
  return runs.map(({ handlers }) =>
    handlers.map(() => {
      nth += 1;
      return outcomeOf(nth);
    }),
  );
}

const columnsOf = (wanted: readonly Wanted[]) => sql`
  select group_id, handler, event_identity, event_time, topic, topic_id, partition, "offset", epoch, nth from unnest(
    ${wanted.map(({ run }) => run.tenure.group)}::text[], ${wanted.map(({ handler }) => handler)}::text[],
    ${wanted.map(({ run }) => run.mark.identity)}::text[],
    ${wanted.map(({ run }) => timeText(run.mark.time))}::timestamptz[],
    ${wanted.map(({ run }) => run.tenure.topic)}::text[], ${wanted.map(({ run }) => run.tenure.topicId)}::text[],
    ${wanted.map(({ run }) => run.tenure.partition)}::int[],
    ${wanted.map(({ run }) => run.record.offset)}::bigint[],
    ${wanted.map(({ run }) => run.tenure.epoch)}::bigint[]
  ) with ordinality
    as wanted (group_id, handler, event_identity, event_time, topic, topic_id, partition, "offset", epoch, nth)`;

const timeText = (time: Date | '-infinity'): string => (time === '-infinity' ? time : time.toISOString());
