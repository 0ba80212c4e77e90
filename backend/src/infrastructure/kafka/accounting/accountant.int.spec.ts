import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OutcomeCode } from '@/infrastructure/kafka/delivery/outcome-codes';
import { sql } from '@/infrastructure/postgres/sql';
import { type AccountFixture, accountFixture, GROUP, TOPIC } from '@/testing/account-fixture';
import type { Account } from './account';
import { Accountant } from './accountant';

const { ownRow, ignored, void: nothing, repeated, expired } = OutcomeCode;

describe('Accountant', () => {
  let rows: AccountFixture;
  let accountant: Accountant;

  beforeAll(async () => {
    rows = await accountFixture();
    accountant = new Accountant(rows.source);
  });
  beforeEach(() => rows.empty());
  afterAll(() => rows?.close());

  async function accountOf(handler = 'ship'): Promise<Account> {
    const [account, ...others] = await accountant.accounts({ handler });
    expect(others).toEqual([]);
    if (!account) throw new Error(`No account of ${handler}.`);
    return account;
  }

  const balanced = { remainder: 0, gaps: [], conflicts: [], rangesLeftOut: 0 };

  it('puts each class where it belongs', async () => {
    rows.log.end = 12n;
    rows.expect('ship');
    await rows.segment(0, [ownRow, ignored, nothing, repeated, ownRow, ownRow, ownRow, ownRow]);
    await rows.inbox(0);
    await rows.parked(4);
    await rows.letter(5, 'dead');
    await rows.letter(6, 'skipped');
    await rows.letter(7, 'discarded');
    expect(await accountOf()).toMatchObject({
      topic: TOPIC,
      group: GROUP,
      handler: 'ship',
      produced: 12,
      handled: 2,
      ignored: 1,
      void: 1,
      retrying: 1,
      dead: 1,
      skipped: 2,
      expired: 0,
      waiting: 4,
      ...balanced,
    });
  });

  it.for([
    ['waiting', 'ship', 'retrying'],
    ['behind', undefined, 'retrying'],
    ['skip', 'ship', 'retrying'],
    ['discard', 'ship', 'retrying'],
    ['dead', 'bill', 'retrying'],
  ] as const)('counts a parked row in state %s that failed at %s as %s', async ([state, failed, figure]) => {
    rows.log.end = 1n;
    await rows.segment(0, [ownRow]);
    await rows.parked(0, { state, pending: ['bill', 'ship'], ...(failed ? { failed } : {}) });
    if (state === 'skip') await rows.letter(0, 'skipped');
    if (state === 'discard') await rows.letter(0, 'discarded');
    expect(await accountOf()).toMatchObject({ [figure]: 1, ...balanced });
  });

  it('counts a dead head by its letter, and for the handlers after it as retrying', async () => {
    rows.log.end = 1n;
    await rows.segment(0, [ownRow]);
    await rows.segment(0, [ownRow], { handler: 'bill' });
    await rows.parked(0, { state: 'dead', failed: 'ship', pending: ['ship', 'bill'] });
    await rows.letter(0, 'dead');
    expect(await accountOf()).toMatchObject({ dead: 1, retrying: 0, ...balanced });
    expect(await accountOf('bill')).toMatchObject({ dead: 0, retrying: 1, ...balanced });
  });

  it('takes a letter that was sent back by its parked row, a resolved one by its inbox row', async () => {
    rows.log.end = 4n;
    await rows.segment(0, [ownRow, ownRow, ownRow, ownRow]);
    await rows.letter(0, 'retrying');
    await rows.parked(0);
    await rows.letter(1, 'resolved');
    await rows.inbox(1);
    await rows.letter(2, 'edited');
    await rows.letter(3, 'retrying');
    expect(await accountOf()).toMatchObject({
      retrying: 1,
      handled: 1,
      remainder: 2,
      gaps: [{ partition: 0, from: 2, to: 4 }],
    });
  });

  it('counts a letter to all handlers where a handler has no outcome of its own', async () => {
    rows.log.end = 3n;
    rows.expect('ship', ['order.created']);
    rows.expect('mail', ['order.cancelled']);
    await rows.segment(0, [ownRow, ownRow, ownRow]);
    await rows.segment(0, [ownRow, ignored, ownRow], { handler: 'mail' });
    await rows.letter(0, 'dead', { handler: '*' });
    await rows.letter(1, 'dead', { handler: '*' });
    await rows.inbox(1);
    await rows.letter(2, 'resolved', { handler: '*' });
    expect(await accountOf('mail')).toMatchObject({ dead: 1, ignored: 2, ...balanced });
    // It takes the type, so the letter was resolved by an effect, whose row is not there.
    expect(await accountOf('ship')).toMatchObject({
      dead: 1,
      handled: 1,
      remainder: 1,
      gaps: [{ partition: 0, from: 2, to: 3 }],
    });
  });

  it('counts what retention removed, noticed by the group or not yet', async () => {
    rows.log.start = 8n;
    rows.log.end = 10n;
    await rows.segment(0, [ignored, expired, expired, expired, ignored, ignored]);
    expect(await accountOf()).toMatchObject({ produced: 7, expired: 5, waiting: 2, ignored: 0, ...balanced });
  });

  it('sees every partition by itself, and sums them up', async () => {
    rows.log.end = 5n;
    rows.log.partitions = 2;
    await rows.segment(0, [ignored, ignored]);
    await rows.segment(0, [ignored, ownRow, ignored], { partition: 1 });
    const account = await accountOf();
    expect(account).toMatchObject({ produced: 10, ignored: 4, waiting: 5, remainder: 1 });
    expect(account.gaps).toEqual([{ partition: 1, from: 1, to: 2 }]);
    expect(account.partitions).toMatchObject([
      { partition: 0, produced: 5, watermark: 2, logStart: 0, logEnd: 5, remainder: 0 },
      { partition: 1, produced: 5, watermark: 3, remainder: 1 },
    ]);
  });

  it('knows a handler that has not begun', async () => {
    rows.log.start = 3n;
    rows.log.end = 9n;
    rows.expect('new');
    expect(await accountOf('new')).toMatchObject({ produced: 6, waiting: 6, ...balanced });
  });

  it('holds a handler that began later for what came after only, but one from the beginning for all', async () => {
    rows.log.end = 10n;
    rows.expect('late', [], 'now');
    rows.expect('ship');
    await rows.segment(6, [ignored, ignored], { handler: 'late' });
    await rows.segment(6, [ignored, ignored]);
    expect(await accountOf('late')).toMatchObject({ produced: 4, ignored: 2, waiting: 2, ...balanced });
    expect(await accountOf()).toMatchObject({
      produced: 10,
      remainder: 6,
      gaps: [{ partition: 0, from: 0, to: 6 }],
    });
  });

  it('holds a group that had progress before there were accounts for what came after', async () => {
    rows.log.end = 10n;
    rows.expect('ship');
    await rows.segment(6, [ignored, ignored]);
    await rows.inbox(2, { topicId: '', handler: 'bill' });
    expect(await accountOf()).toMatchObject({ produced: 4, ignored: 2, waiting: 2, ...balanced });
  });

  it('goes by the topic that is there now, not by an earlier one of its name', async () => {
    rows.log.end = 2n;
    rows.log.topicId = 'topic-2';
    rows.expect('ship');
    await rows.segment(0, [ownRow, ownRow, ownRow]);
    await rows.segment(0, [ownRow], { topicId: 'topic-2' });
    await rows.inbox(0, { topicId: 'topic-2' });
    expect(await accountOf()).toMatchObject({ produced: 2, handled: 1, waiting: 1, ...balanced });
  });

  it('counts what came again as handled, whether the segment or a row of its own says so', async () => {
    rows.log.end = 3n;
    await rows.segment(0, [repeated, repeated, ownRow]);
    await rows.repeat(1);
    await rows.repeat(2);
    expect(await accountOf()).toMatchObject({ handled: 3, ...balanced });
  });

  it('takes inbox rows from before topics had an identity', async () => {
    rows.log.end = 2n;
    await rows.segment(0, [ownRow, ignored]);
    await rows.inbox(0, { topicId: '' });
    await rows.inbox(1, { topicId: '' });
    expect(await accountOf()).toMatchObject({ handled: 1, ignored: 1, ...balanced });
  });

  describe('shows, and by its offsets', () => {
    beforeEach(async () => {
      rows.log.end = 6n;
      rows.expect('ship');
      await rows.segment(0, [ownRow, ownRow, ignored, ownRow]);
      await rows.inbox(0);
      await rows.inbox(1);
      await rows.parked(3);
      if ((await accountOf()).remainder !== 0) throw new Error('It is wrong before anything is changed.');
    });

    const gap = (from: number, to: number) => ({
      remainder: to - from,
      gaps: [{ partition: 0, from, to }],
      conflicts: [],
    });
    const conflict = (from: number, to: number) => ({
      remainder: to - from,
      gaps: [],
      conflicts: [{ partition: 0, from, to }],
    });

    it('a deleted inbox row', async () => {
      await rows.database.run(sql`delete from inbox where "offset" = 1`);
      expect(await accountOf()).toMatchObject(gap(1, 2));
    });

    it('a deleted parked row', async () => {
      await rows.database.run(sql`delete from parked`);
      expect(await accountOf()).toMatchObject(gap(3, 4));
    });

    it('a row of another handler only', async () => {
      await rows.database.run(sql`update inbox set handler = 'bill' where "offset" = 0`);
      expect(await accountOf()).toMatchObject(gap(0, 1));
    });

    it('a segment whose end ran ahead of its outcomes', async () => {
      await rows.database.run(sql`update segments set to_offset = to_offset + 2`);
      expect(await accountOf()).toMatchObject({ ...gap(4, 6), waiting: 0 });
    });

    it('a segment moved as a whole', async () => {
      await rows.database.run(sql`
        update segments set from_offset = from_offset + 1, to_offset = to_offset + 1`);
      expect(await accountOf()).toMatchObject({
        remainder: 4,
        gaps: [
          { partition: 0, from: 0, to: 1 },
          { partition: 0, from: 2, to: 3 },
          { partition: 0, from: 4, to: 5 },
        ],
        conflicts: [{ partition: 0, from: 3, to: 4 }],
      });
    });

    it('a watermark ahead of the log', async () => {
      await rows.segment(4, [ignored, ignored, ignored]);
      expect(await accountOf()).toMatchObject({ ...gap(6, 7), waiting: -1 });
    });

    it('a hole between segments', async () => {
      await rows.segment(5, [ignored]);
      expect(await accountOf()).toMatchObject(gap(4, 5));
    });

    it('an outcome in two tables', async () => {
      await rows.letter(1, 'dead');
      expect(await accountOf()).toMatchObject(conflict(1, 2));
    });

    it('two effects of one offset', async () => {
      await rows.inbox(1);
      expect(await accountOf()).toMatchObject(conflict(1, 2));
    });

    it('an effect of an event that is said to be ignored', async () => {
      await rows.inbox(2);
      expect(await accountOf()).toMatchObject(conflict(2, 3));
    });

    it('segments that overlap', async () => {
      await rows.segment(2, [ignored, ownRow, ignored]);
      expect(await accountOf()).toMatchObject(conflict(2, 4));
    });

    it('a gap and a conflict that would make up for each other', async () => {
      await rows.database.run(sql`delete from inbox where "offset" = 0`);
      await rows.letter(1, 'dead');
      expect(await accountOf()).toMatchObject({
        remainder: 2,
        gaps: [{ partition: 0, from: 0, to: 1 }],
        conflicts: [{ partition: 0, from: 1, to: 2 }],
      });
    });
  });

  it('names the first thousand ranges, and counts the rest', async () => {
    rows.log.end = 2_100n;
    await rows.segment(
      0,
      Array.from({ length: 2_100 }, (_, offset) => (offset % 2 === 0 ? ownRow : ignored)),
    );
    const account = await accountOf();
    expect(account).toMatchObject({ remainder: 1_050, rangesLeftOut: 50 });
    expect(account.gaps).toHaveLength(1_000);
  });
});
