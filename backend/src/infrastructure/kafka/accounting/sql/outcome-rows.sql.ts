import { sql } from '@/infrastructure/postgres/sql';

/**
 * `outcome_rows`, after `tracks`: one row an outcome that has a row of its own, within the account. `weak`: it counts
 * where nothing else is known of the offset. Such are letters to all handlers (`*`), which a handler that was added
 * later may have an outcome beside, rows from before topics had an identity, and repetitions,
 * which the segment may know of as well.
 *
 * A letter that is `retrying` counts by its parked row, one that is `resolved` or `edited` by its inbox row; only for
 * handlers that do not take the type there is none. A skipped head counts as skipped once its owner has let it go.
 */
export const outcomeRowsSql = sql`
  outcome_rows as (
    select track, "offset" as at, 'handled' as outcome, inbox.topic_id = '' as weak, event_identity
    from inbox join tracks using (group_id, handler, topic, partition)
    where inbox.topic_id in (tracks.topic_id, '') and "offset" >= base and "offset" < ceiling
    union all
    select track, "offset", 'handled', true, event_identity
    from repeats join tracks using (group_id, handler, topic, topic_id, partition)
    where "offset" >= base and "offset" < ceiling
    union all
    select track, "offset", 'retrying', waiting.handler = '*', event_identity
    from parked cross join lateral unnest(pending) as waiting (handler)
    join tracks using (group_id, topic, topic_id, partition)
    where waiting.handler in (tracks.handler, '*') and "offset" >= base and "offset" < ceiling
      and (state <> 'dead' or parked.handler is distinct from waiting.handler)
    union all
    select track, "offset",
      case when status = 'dead' then 'dead' when status in ('skipped', 'discarded') then 'skipped' else 'ignored' end,
      letter.handler = '*' or letter.topic_id = '', event_identity
    from dead_letters letter join tracks using (group_id, topic, partition)
    where letter.topic_id in (tracks.topic_id, '') and letter.handler in (tracks.handler, '*')
      and "offset" >= base and "offset" < ceiling
      and case
        when status = 'dead' then true
        when status in ('skipped', 'discarded') then not exists (
          select 1 from parked head
          where head.group_id = letter.group_id and head.topic = letter.topic and head.topic_id = tracks.topic_id
            and head.partition = letter.partition and head."offset" = letter."offset"
            and head.state in ('skip', 'discard') and letter.handler = any(head.pending))
        when status in ('resolved', 'edited') then
          letter.handler = '*' and not (letter.event_type = any(tracks.event_types))
        else false
      end
  )`;
