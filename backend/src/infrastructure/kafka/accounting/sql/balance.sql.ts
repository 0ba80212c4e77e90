import { OutcomeCode } from '@/infrastructure/kafka/delivery/outcome-codes';
import { type SqlQuery, sql } from '@/infrastructure/postgres/sql';
import type { ExpectedAccount } from '../account-source';
import { outcomeRowsSql } from './outcome-rows.sql';
import { type LogBounds, tracksSql } from './tracks.sql';

/** Ranges named in each list of a partition. */
const MOST_RANGES = 1_000;

export interface BalanceRow {
  readonly group_id: string;
  readonly handler: string;
  readonly topic: string;
  readonly partition: number;
  readonly registered: boolean;
  readonly log_start: string;
  readonly log_end: string;
  readonly reached: string | null;
  readonly base: string;
  readonly expired_before: string;
  readonly handled: string;
  readonly ignored: string;
  readonly retrying: string;
  readonly dead: string;
  readonly skipped: string;
  readonly expired: string;
  readonly void: string;
  readonly gaps: readonly (readonly [from: number, to: number])[];
  readonly conflicts: readonly (readonly [from: number, to: number])[];
  readonly ranges: number;
}

const said = (code: OutcomeCode): SqlQuery =>
  sql`coalesce(range_agg(int8range(lo, hi)) filter (where code = ${code}::smallint), '{}')`;

const told = (outcome: string, weak: boolean): SqlQuery =>
  sql`coalesce(range_agg(int8range(lo, hi)) filter (where outcome = ${outcome} and weak = ${weak} and not twice), '{}')`;

const size = (ranges: SqlQuery): SqlQuery =>
  sql`(select coalesce(sum(upper(one) - lower(one)), 0)::bigint from unnest(${ranges}) as one)`;

const list = (ranges: SqlQuery): SqlQuery => sql`(
  select coalesce(jsonb_agg(jsonb_build_array(lower(one), upper(one)) order by lower(one)), '[]')
  from (select one from unnest(${ranges}) as one order by one limit ${MOST_RANGES}) listed)`;

/**
 * The accounts as sets of offsets: one with two outcomes is a conflict and counts for none of them, one without an
 * outcome is a gap. The figures are sizes of these sets: none is what the others leave over. Each step is materialized,
 * since its sets are large and are used many times.
 */
export const balanceSql = (
  bounds: readonly LogBounds[],
  expected: readonly ExpectedAccount[],
): SqlQuery => sql`
  with ${tracksSql(bounds, expected)}, ${outcomeRowsSql},
  said as (
    select track, ${said(OutcomeCode.ownRow)} as own, ${said(OutcomeCode.ignored)} as ignored,
      ${said(OutcomeCode.void)} as void, ${said(OutcomeCode.repeated)} as repeated,
      ${said(OutcomeCode.expired)} as expired
    from (
      select track, code, greatest(lo, base) as lo, least(hi, ceiling) as hi
      from runs join tracks using (track) where lo < ceiling and hi > base
    ) within_account
    group by track
  ),
  overlapping as (
    select track, range_agg(int8range(lo, least(hi, before))) as said_twice
    from (
      select track, lo, hi, max(hi) over (
        partition by track order by lo, hi rows between unbounded preceding and 1 preceding) as before
      from (
        select track, greatest(from_offset, base) as lo, least(to_offset, ceiling) as hi
        from tracks join segments using (group_id, handler, topic, topic_id, partition)
        where from_offset < ceiling and to_offset > base
      ) within_account
    ) placed
    where lo < before group by track
  ),
  expired_before as (
    select track, sum(least(hi, log_start) - lo)::bigint as expired_before
    from runs join tracks using (track)
    where code = ${OutcomeCode.expired}::smallint and lo < log_start group by track
  ),
  told as (
    select track, ${told('handled', false)} as handled, ${told('retrying', false)} as retrying,
      ${told('dead', false)} as dead, ${told('skipped', false)} as skipped,
      ${told('handled', true)} as weak_handled, ${told('retrying', true)} as weak_retrying,
      ${told('dead', true)} as weak_dead, ${told('skipped', true)} as weak_skipped,
      ${told('ignored', true)} as weak_ignored,
      coalesce(range_agg(int8range(lo, hi)) filter (where twice), '{}') as told_twice
    from (
      select track, outcome, weak, at as lo, at + 1 as hi,
        not weak and coalesce(at = lag(at) over near or at = lead(at) over near, false) as twice
      from outcome_rows window near as (partition by track, weak order by at)
    ) near
    group by track
  ),
  strong as materialized (
    select tracks.*, coalesce(expired_before, 0) as expired_before,
      coalesce(own, '{}') as own, coalesce(ignored, '{}') as ignored, coalesce(void, '{}') as void,
      coalesce(repeated, '{}') as repeated, coalesce(expired, '{}') as expired,
      coalesce(said_twice, '{}') as said_twice,
      coalesce(handled, '{}') as handled, coalesce(retrying, '{}') as retrying, coalesce(dead, '{}') as dead,
      coalesce(skipped, '{}') as skipped, coalesce(told_twice, '{}') as told_twice,
      coalesce(weak_handled, '{}') as weak_handled, coalesce(weak_retrying, '{}') as weak_retrying,
      coalesce(weak_dead, '{}') as weak_dead, coalesce(weak_skipped, '{}') as weak_skipped,
      coalesce(weak_ignored, '{}') as weak_ignored
    from tracks left join said using (track) left join overlapping using (track)
      left join expired_before using (track) left join told using (track)
  ),
  judged as materialized (
    select *, ignored + void + repeated + expired as declared,
      handled + retrying + dead + skipped as in_rows,
      said_twice + told_twice + (handled + retrying + dead + skipped) * (ignored + void + repeated + expired)
        as conflicts
    from strong
  ),
  free as materialized (select *, own - conflicts as open, own - conflicts - in_rows as unknown from judged),
  counted as materialized (
    select *,
      handled * open + weak_handled * unknown as is_handled,
      retrying * open + (weak_retrying - weak_handled) * unknown as is_retrying,
      dead * open + (weak_dead - weak_handled - weak_retrying) * unknown as is_dead,
      skipped * open + (weak_skipped - weak_handled - weak_retrying - weak_dead) * unknown as is_skipped,
      (weak_ignored - weak_handled - weak_retrying - weak_dead - weak_skipped) * unknown as is_ignored
    from free
  ),
  balanced as materialized (
    select *, int8multirange(int8range(base, greatest(base, reached))) - conflicts - declared - is_handled
      - is_retrying - is_dead - is_skipped - is_ignored as gaps
    from counted
  )
  select group_id, handler, topic, partition, registered, log_start, log_end, reached, base,
    expired_before, ${size(sql`is_handled + (repeated - conflicts)`)} as handled,
    ${size(sql`is_ignored + (ignored - conflicts)`)} as ignored, ${size(sql`is_retrying`)} as retrying,
    ${size(sql`is_dead`)} as dead, ${size(sql`is_skipped`)} as skipped,
    ${size(sql`expired - conflicts`)} as expired, ${size(sql`void - conflicts`)} as void,
    ${list(sql`gaps`)} as gaps, ${list(sql`conflicts`)} as conflicts,
    (select count(*) from unnest(gaps))::int + (select count(*) from unnest(conflicts))::int as ranges
  from balanced order by track`;
