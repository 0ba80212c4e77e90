import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OutcomeCode } from '@/infrastructure/kafka/delivery/outcome-codes';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { sql } from '@/infrastructure/postgres/sql';
import { type AccountFixture, accountFixture, GROUP, TOPIC } from '@/testing/account-fixture';
import { foreignRecord } from '@/testing/codec-fixture';
import { Auditor } from './auditor';
import type { AuditProgress } from './audit-finding';

const { ownRow, ignored, void: nothing, repeated, expired } = OutcomeCode;

const recordOf = (offset: number, eventType: string, id = `e${offset}`): LogRecord => ({
  ...foreignRecord(TOPIC, 'value', { ce_type: eventType, ce_id: id, ce_source: '/spec' }),
  partition: 0,
  offset: BigInt(offset),
});

describe('Auditor', () => {
  let rows: AccountFixture;
  let auditor: Auditor;

  beforeAll(async () => {
    rows = await accountFixture();
    auditor = new Auditor(rows.source);
  });
  afterAll(() => rows?.close());

  /** Offsets 0 to 4: created, cancelled, (no record), created again, created. */
  beforeEach(async () => {
    await rows.empty();
    rows.expect('ship', ['order.created']);
    rows.log.end = 6n;
    rows.log.records.push(
      recordOf(0, 'order.created'),
      recordOf(1, 'order.cancelled'),
      recordOf(3, 'order.created', 'e0'),
      recordOf(4, 'order.created'),
      recordOf(5, 'order.created'),
    );
    await rows.segment(0, [ownRow, ignored, nothing, repeated, ownRow]);
    await rows.inbox(0, { identity: '/spec e0' });
    await rows.parked(4, { identity: '/spec e4' });
  });

  const findings = async () =>
    (await auditor.audit()).findings.map(({ fault, from, to, eventType }) => [fault, from, to, eventType]);
  const change = (statement: ReturnType<typeof sql>) => rows.database.run(statement);

  it('finds nothing where log and outcomes agree', async () => {
    const seen: AuditProgress[] = [];
    const report = await auditor.audit({ onProgress: (progress) => seen.push(progress) });
    expect(report).toEqual({ records: 4, offsets: 6, findings: [], findingsLeftOut: 0, interrupted: false });
    expect(seen.at(-1)).toMatchObject({
      topic: TOPIC,
      partition: 0,
      done: 5,
      total: 6,
      records: 4,
      findings: 0,
    });
  });

  it('finds an event that was ignored although the handler takes its type', async () => {
    await rows.empty();
    rows.expect('ship', ['order.created']);
    rows.log.end = 1n;
    rows.log.records.push(recordOf(0, 'order.created'));
    await rows.segment(0, [ignored]);
    expect((await auditor.audit()).findings).toEqual([
      {
        topic: TOPIC,
        group: GROUP,
        handler: 'ship',
        partition: 0,
        from: 0,
        to: 1,
        fault: 'said-ignored',
        eventType: 'order.created',
      },
    ]);
  });

  it('finds an effect of an event that the handler does not take', async () => {
    rows.expected[0] = { ...rows.expected[0], eventTypes: ['order.cancelled'] } as (typeof rows.expected)[0];
    expect(await findings()).toEqual([
      ['not-taken', 0, 1, 'order.created'],
      ['said-ignored', 1, 2, 'order.cancelled'],
      ['not-taken', 3, 4, 'order.created'],
      ['not-taken', 4, 5, 'order.created'],
    ]);
  });

  it('finds a record where there is said to be none, or to have been none in time', async () => {
    await change(
      sql`update segments set codes = ${[nothing, ignored, nothing, expired, ownRow]}::smallint[]`,
    );
    expect(await findings()).toEqual([
      ['said-void', 0, 1, 'order.created'],
      ['said-expired', 3, 4, 'order.created'],
    ]);
  });

  it('finds outcomes of records that are not there', async () => {
    rows.log.records.splice(0, 2);
    expect(await findings()).toEqual([
      ['no-record', 0, 1, undefined],
      ['no-record', 1, 2, undefined],
    ]);
  });

  it('finds an outcome of another event', async () => {
    await change(sql`update inbox set event_identity = '/spec other'`);
    expect(await findings()).toEqual([
      ['other-identity', 0, 1, 'order.created'],
      ['no-first', 3, 4, 'order.created'],
    ]);
  });

  it('finds records without an outcome', async () => {
    await change(sql`delete from parked`);
    expect(await findings()).toEqual([['no-outcome', 4, 5, 'order.created']]);
  });

  it('takes a letter to all handlers for what does not decode', async () => {
    rows.log.records.push({ ...foreignRecord(TOPIC, 'no event'), partition: 0, offset: 6n });
    rows.log.end = 7n;
    await rows.segment(5, [ownRow, ownRow]);
    await rows.inbox(5, { identity: '/spec e5' });
    await rows.letter(6, 'dead', { handler: '*' });
    // The fixture's `decode` refuses, as the codec does.
    expect(await findings()).toEqual([]);
  });

  it('looks at every record of a log that takes many reads', async () => {
    await rows.empty();
    rows.expect('ship', ['order.created']);
    const count = 5_000;
    rows.log.end = BigInt(count);
    for (let offset = 0; offset < count; offset++) rows.log.records.push(recordOf(offset, 'order.created'));
    await change(sql`
      insert into inbox (group_id, handler, event_identity, event_time, topic, topic_id, partition, "offset")
      select ${GROUP}, 'ship', '/spec e' || o, now(), ${TOPIC}, 'topic-1', 0, o from generate_series(0, 4999) o`);
    await change(sql`
      insert into segments values (${GROUP}, 'ship', ${TOPIC}, 'topic-1', 0, 0, 5000, '{0}', '{5000}')`);
    await change(sql`delete from inbox where "offset" in (0, 2500, 4999)`);
    expect(await auditor.audit()).toMatchObject({
      records: count,
      findings: [
        { fault: 'no-outcome', from: 0 },
        { fault: 'no-outcome', from: 2_500 },
        { fault: 'no-outcome', from: 4_999 },
      ],
    });
  });

  it('stops where it is told to, and says so', async () => {
    const stop = new AbortController();
    stop.abort();
    expect(await auditor.audit({ signal: stop.signal })).toMatchObject({ records: 0, interrupted: true });
  });
});
