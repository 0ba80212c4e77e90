import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OutcomeCode } from '@/infrastructure/kafka/delivery/outcome-codes';
import { loggerOf } from '@/infrastructure/observability/logger';
import { Metrics } from '@/infrastructure/observability/metrics';
import { sql } from '@/infrastructure/postgres/sql';
import { type AccountFixture, accountFixture, GROUP, TOPIC } from '@/testing/account-fixture';
import { eventually } from '@/testing/eventually';
import { foreignRecord } from '@/testing/codec-fixture';
import { Accountant } from './accountant';
import { AccountGauges } from './account-gauges';
import { LetterCounts } from './letter-counts';

const { ignored, ownRow } = OutcomeCode;
const logger = loggerOf('spec');

describe('AccountGauges', () => {
  let rows: AccountFixture;
  let metrics: Metrics;
  let gauges: AccountGauges;

  beforeAll(async () => {
    rows = await accountFixture();
  });
  beforeEach(async () => {
    await rows.empty();
    metrics = new Metrics();
    gauges = new AccountGauges(new Accountant(rows.source), rows.source.log, metrics, logger);
    rows.expect('ship');
    rows.log.end = 3n;
  });
  afterAll(() => rows?.close());

  const valueOf = async (gauge: 'accountingRemainder' | 'consumerLag' | 'expiryNear') =>
    (await metrics[gauge].get()).values.map(({ value }) => value);
  const waitingSince = (ms: number) => {
    rows.log.records.push({
      ...foreignRecord(TOPIC, 'x'),
      partition: 0,
      offset: 2n,
      timestamp: Date.now() - ms,
    });
  };

  it('show a remainder, and its end', async () => {
    await rows.segment(0, [ownRow, ignored, ignored]);
    await gauges.refresh();
    expect(await metrics.registry.getSingleMetricAsString('shop_accounting_remainder')).toContain(
      `shop_accounting_remainder{group="${GROUP}",handler="ship",topic="${TOPIC}"} 1`,
    );
    await rows.inbox(0);
    await gauges.refresh();
    expect(await valueOf('accountingRemainder')).toEqual([0]);
  });

  it('show how old the oldest waiting event is, and 0 where none waits', async () => {
    await rows.segment(0, [ignored, ignored]);
    waitingSince(60_000);
    await gauges.refresh();
    const [age = 0] = await valueOf('consumerLag');
    expect(age).toBeGreaterThanOrEqual(60);
    expect(age).toBeLessThan(120);
    expect(await valueOf('expiryNear')).toEqual([0]);
    await rows.segment(2, [ignored]);
    await gauges.refresh();
    expect(await valueOf('consumerLag')).toEqual([0]);
  });

  it('tell when half the retention has passed over a waiting event', async () => {
    await rows.segment(0, [ignored, ignored]);
    // The fixture's topic keeps its records for an hour.
    waitingSince(31 * 60_000);
    await gauges.refresh();
    expect(await valueOf('expiryNear')).toEqual([1]);
  });
});

describe('LetterCounts', () => {
  let rows: AccountFixture;
  let metrics: Metrics;

  beforeAll(async () => {
    rows = await accountFixture();
    metrics = new Metrics();
  });
  afterAll(() => rows?.close());

  const shown = async (gauge: 'retrying' | 'deadLetters') =>
    Object.fromEntries(
      (await metrics[gauge].get()).values.map(({ labels, value }) => [labels.handler, value]),
    );

  it('are counted when somebody reads them, by handler', async () => {
    await rows.parked(0, { pending: ['ship', 'bill'], failed: 'ship' });
    await rows.parked(1, { state: 'behind', pending: ['ship'] });
    await rows.parked(2, { state: 'dead', failed: 'ship', pending: ['ship', 'bill'] });
    await rows.letter(2, 'dead');
    await rows.letter(3, 'resolved');
    await rows.letter(4, 'dead', { handler: '*' });
    const counts = new LetterCounts(rows.database, metrics, logger);
    counts.start();
    expect(await shown('retrying')).toEqual({ ship: 2, bill: 2 });
    expect(await shown('deadLetters')).toEqual({ ship: 1, '*': 1 });
    await counts.stop();
  });

  it('fall to 0 when the last is gone', async () => {
    const counts = new LetterCounts(rows.database, metrics, logger);
    await counts.refresh();
    await rows.database.run(sql`truncate parked`);
    const now = await eventually(async () => {
      await counts.refresh();
      const retrying = await shown('retrying');
      return retrying['ship'] === 0 && retrying;
    });
    expect(now).toEqual({ ship: 0, bill: 0 });
  });
});
