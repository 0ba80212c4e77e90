import { type SqlQuery, type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { EffectOutcome, EffectOutcomes, EffectRun, Tenure } from '../delivery-store.port';
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
  // Null: all of them. To say which is most of the work, and almost never needed.
  const entered = await session.row<{ fresh: readonly number[] | null }>(sql`
    with wanted as (${columnsOf(wanted)}), entered as (
      insert into inbox (group_id, handler, event_identity, event_time, topic, topic_id, partition, "offset")
      select wanted.group_id, handler, event_identity, event_time, wanted.topic, wanted.topic_id, wanted.partition,
        "offset"
      from wanted join progress using (group_id, topic, partition, epoch)
      order by wanted.group_id, handler, event_identity collate "C", nth
      on conflict do nothing
      returning group_id, handler, event_identity, topic, partition, "offset"
    )
    select case when (select count(*) from entered) = ${wanted.length} then null else array(
      select wanted.nth::int from wanted
      join entered using (group_id, handler, event_identity, topic, partition, "offset")) end as fresh`);
  if (entered?.fresh === null) return byRun(runs, () => 'handled');
  const fresh = new Set(entered?.fresh);
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

/** Takes rows back that the same transaction has entered. */
export async function leaveInbox(session: SqlSession, runs: readonly EffectRun[]): Promise<void> {
  const wanted = wantedRows(runs);
  if (wanted.length === 0) return;
  // The first conditions are for the index: as a join it would be used by its first columns alone, see `knownRows`.
  await session.run(sql`
    with wanted as (${columnsOf(wanted)})
    delete ${sql.freshPlan} from inbox
    where group_id = any(${runs.map(({ tenure }) => tenure.group)}::text[])
      and handler = any(${wanted.map(({ handler }) => handler)}::text[])
      and event_identity = any(${runs.map(({ mark }) => mark.identity)}::text[])
      and (group_id, handler, event_identity, event_time, topic, partition, "offset") in (
        select group_id, handler, event_identity, event_time, topic, partition, "offset" from wanted)`);
}

async function knownRows(
  session: SqlSession,
  wanted: readonly Wanted[],
): Promise<ReadonlyMap<number, EffectOutcome>> {
  // A topic made anew counts its offsets from 0 again; rows from before topics had an identity have ''.
  // `offset 0`: each is looked for by the whole key. As a join the planner takes the rows of a group and handler for few
  // until it has counted them, and compares each event with all of them.
  const rows = await session.rows<{ nth: string; here: boolean }>(sql`
    with wanted as (${columnsOf(wanted)})
    select ${sql.freshPlan} wanted.nth, known.here from wanted cross join lateral (
      select inbox."offset" = wanted."offset" and inbox.topic = wanted.topic
        and inbox.partition = wanted.partition and inbox.topic_id in (wanted.topic_id, '') as here
      from inbox where inbox.group_id = wanted.group_id and inbox.handler = wanted.handler
        and inbox.event_identity = wanted.event_identity and inbox.event_time = wanted.event_time
      offset 0
    ) known`);
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

/**
 * A table of what is wanted. What its rows have in common goes over once; numbers and identities go as one text each,
 * which costs a tenth of an array of a thousand elements. No identity holds a line feed, nor any other control
 * character.
 */
function columnsOf(wanted: readonly Wanted[]): SqlQuery {
  const tenures = new Map<Tenure, number>();
  const handlers = new Map<string, number>();
  const rows = wanted.map(({ run, handler }) => ({
    tenure: nthOf(tenures, run.tenure),
    handler: nthOf(handlers, handler),
    run,
  }));
  const owners = [...tenures.keys()];
  return sql`
    select tenure.group_id, handler.handler, event_identity,
      coalesce(timestamptz 'epoch' + ms * interval '1 millisecond', '-infinity') as event_time,
      tenure.topic, tenure.topic_id, tenure.partition, "offset", tenure.epoch, wanted.nth
    from unnest(
      ${`{${rows.map((row) => row.tenure).join()}}`}::int[], ${`{${rows.map((row) => row.handler).join()}}`}::int[],
      string_to_array(${rows.map(({ run }) => run.mark.identity).join('\n')}, e'\n'),
      ${`{${rows.map(({ run }) => millisecondsOf(run.mark.time)).join()}}`}::bigint[],
      ${`{${rows.map(({ run }) => run.record.offset).join()}}`}::bigint[]
    ) with ordinality as wanted (tenure, handler, event_identity, ms, "offset", nth)
    join unnest(
      ${owners.map(({ group }) => group)}::text[], ${owners.map(({ topic }) => topic)}::text[],
      ${owners.map(({ topicId }) => topicId)}::text[], ${owners.map(({ partition }) => partition)}::int[],
      ${owners.map(({ epoch }) => epoch)}::bigint[]
    ) with ordinality as tenure (group_id, topic, topic_id, partition, epoch, nth) on tenure.nth = wanted.tenure
    join unnest(${[...handlers.keys()]}::text[]) with ordinality as handler (handler, nth)
      on handler.nth = wanted.handler`;
}

/** From 1, in the order of appearance. */
function nthOf<Key>(known: Map<Key, number>, key: Key): number {
  const nth = known.get(key) ?? known.size + 1;
  known.set(key, nth);
  return nth;
}

const millisecondsOf = (time: Date | '-infinity'): number | 'null' =>
  time === '-infinity' ? 'null' : time.getTime();
