import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OutcomeCode } from '@/infrastructure/kafka/delivery/outcome-codes';
import { loggerOf } from '@/infrastructure/observability/logger';
import { sql } from '@/infrastructure/postgres/sql';
import { type AccountFixture, accountFixture } from '@/testing/account-fixture';
import { Accountant } from './accountant';
import { SegmentPruning } from './segment-pruning';

const { ignored, expired } = OutcomeCode;

describe('SegmentPruning', () => {
  let rows: AccountFixture;
  let pruning: SegmentPruning;

  beforeAll(async () => {
    rows = await accountFixture();
    pruning = new SegmentPruning(rows.source, loggerOf('spec'));
  });
  beforeEach(() => rows.empty());
  afterAll(() => rows?.close());

  const begins = async () =>
    (
      await rows.database.rows<{ at: string }>(
        sql`select from_offset as at from segments order by from_offset`,
      )
    ).map(({ at }) => Number(at));

  it('deletes what lies below the start of the log, and no account changes by it', async () => {
    rows.expect('ship');
    for (const from of [0, 2, 4, 6]) await rows.segment(from, [ignored, ignored]);
    rows.log.start = 5n;
    rows.log.end = 9n;
    const before = await new Accountant(rows.source).accounts();
    expect(await pruning.prune()).toBe(2);
    expect(await begins()).toEqual([4, 6]);
    expect(await new Accountant(rows.source).accounts()).toEqual(before);
    expect(before).toMatchObject([{ produced: 4, ignored: 3, waiting: 1, remainder: 0 }]);
  });

  it('keeps the last segment of an account, which is its watermark', async () => {
    await rows.segment(0, [ignored]);
    await rows.segment(1, [ignored]);
    rows.log.start = 9n;
    rows.log.end = 9n;
    expect(await pruning.prune()).toBe(1);
    expect(await begins()).toEqual([1]);
    expect(await new Accountant(rows.source).accounts()).toMatchObject([{ expired: 7, remainder: 0 }]);
  });

  it('keeps what had expired for 30 days', async () => {
    await rows.segment(0, [expired, ignored]);
    await rows.segment(2, [ignored]);
    rows.log.start = 3n;
    rows.log.end = 3n;
    expect(await pruning.prune()).toBe(0);
    await rows.database.run(sql`update segments set saved_at = now() - interval '31 days'`);
    expect(await pruning.prune()).toBe(1);
    expect(await begins()).toEqual([2]);
  });

  it('leaves accounts of an earlier topic of the name alone', async () => {
    await rows.segment(0, [ignored], { topicId: 'topic-0' });
    await rows.segment(1, [ignored], { topicId: 'topic-0' });
    rows.log.start = 9n;
    rows.log.end = 9n;
    expect(await pruning.prune()).toBe(0);
  });

  it('deletes repetitions with the offsets they are about', async () => {
    await rows.segment(0, [ignored, ignored, ignored]);
    await rows.repeat(0);
    await rows.repeat(1);
    rows.log.start = 1n;
    rows.log.end = 3n;
    expect(await pruning.prune()).toBe(1);
    expect(await rows.database.rows(sql`select "offset" from repeats`)).toEqual([{ offset: '1' }]);
  });

  it('deletes more than one batch', async () => {
    await rows.database.run(sql`
      insert into segments select 'shop.order', 'ship', 'order-events', 'topic-1', 0, o, o + 1, '{1}', '{1}'
      from generate_series(0, 2499) o`);
    rows.log.start = 2_499n;
    rows.log.end = 2_500n;
    expect(await pruning.prune()).toBe(2_499);
  });
});
