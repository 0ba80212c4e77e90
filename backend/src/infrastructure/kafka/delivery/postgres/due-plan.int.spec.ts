import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '@/infrastructure/postgres/database';
import { compile, type SqlQuery, sql } from '@/infrastructure/postgres/sql';
import { TOPIC } from '@/testing/delivery/membership-fixture';
import { type PostgresDelivery, postgresDelivery } from '@/testing/delivery/postgres-delivery';
import { GROUP } from '@/testing/delivery/requests';
import type { Tenure } from '../delivery-store.port';
import { PostgresParking } from './postgres-parking';

const ROWS = 100_000;
const PARTITIONS = 6;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

let delivery: PostgresDelivery;
let tenures: readonly Tenure[];

beforeAll(async () => {
  delivery = await postgresDelivery();
});
afterAll(() => delivery.close());
beforeEach(async () => {
  await delivery.empty();
  const taken = await Promise.all(
    Array.from({ length: PARTITIONS }, (_, partition) => delivery.take(partition)),
  );
  tenures = taken.map(({ tenure }) => tenure);
});

/** Lanes of two rows: a head, due then, and one behind it. */
async function park(due: SqlQuery): Promise<void> {
  await delivery.database.run(sql`
    insert into parked (group_id, topic, topic_id, partition, "offset", lane, headers, recorded_at, event_identity,
      event_type, pending, handler, attempts, state, due_at)
    select ${GROUP}, ${TOPIC}, 'topic-1', nth % ${PARTITIONS}::int, nth, convert_to('kkey-' || nth / 2 / ${PARTITIONS}::int, 'UTF8'), '[]',
      now(), 'spec ' || nth, 'order.created', '{stock}', 'stock', 1,
      case when nth / ${PARTITIONS}::int % 2 = 0 then 'waiting' else 'behind' end,
      case when nth / ${PARTITIONS}::int % 2 = 0 then ${due} end
    from generate_series(0, ${ROWS - 1}::int) as nth`);
  await delivery.database.run(sql`analyze parked`);
}

/** Looks for what is due through a session that asks for the plan as well. */
async function look(except: readonly string[] = []) {
  const plans: PlanNode[] = [];
  const session = {
    rows: async <Row>(query: SqlQuery): Promise<Row[]> => {
      const { text, values } = compile(query);
      const explain = {
        ...query,
        strings: [`explain (analyze, format json) ${query.strings[0]}`, ...query.strings.slice(1)],
      };
      expect(compile(explain)).toEqual({ text: `explain (analyze, format json) ${text}`, values });
      const [row] = await delivery.database.rows<{ 'QUERY PLAN': readonly [{ Plan: PlanNode }] }>(explain);
      if (row) plans.push(...nodesOf(row['QUERY PLAN'][0].Plan));
      return delivery.database.rows<Row>(query);
    },
  } as Database;
  const found = await new PostgresParking(session).due(
    tenures.map((tenure) => ({ tenure, except })),
    200,
  );
  return { found, scans: plans.filter((node) => node['Relation Name'] === 'parked') };
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
const touched = (scans: readonly PlanNode[]) =>
  scans.reduce(
    (sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
    0,
  );

describe(`looking for what is due among ${ROWS} parked events`, () => {
  it.each([
    ['none is due', sql`now() + interval '1 hour'`, 0],
    ['all heads are due', sql`now() - nth * interval '1 millisecond'`, 200],
  ])('reads little more than what it answers with where %s', async (_, due, answers) => {
    await park(due);
    const { found, scans } = await look();
    expect(found.rows).toHaveLength(answers);
    expect(scans.map((node) => node['Index Name'])).toEqual(['parked_due']);
    expect(touched(scans)).toBeLessThanOrEqual(PARTITIONS * 201);
  });

  it('passes over the lanes that are under way by the same index', async () => {
    await park(sql`now() - interval '1 hour' + nth * interval '1 millisecond'`);
    const lanes = Array.from({ length: 100 }, (_, nth) => `kkey-${nth}`);
    const { found, scans } = await look(lanes);
    expect(found.rows.some(({ lane }) => lanes.includes(lane))).toBe(false);
    expect(found.rows).toHaveLength(200);
    expect(scans.map((node) => node['Index Name'])).toEqual(['parked_due']);
    expect(touched(scans)).toBeLessThanOrEqual(PARTITIONS * 301);
  });

  it('stays small after many heads have been put off, as an outage does', async () => {
    await park(sql`now() - interval '1 hour'`);
    await delivery.database.run(sql`
      update parked set due_at = now() + interval '1 hour', attempts = attempts + 1 where due_at is not null`);
    const { found, scans } = await look();
    expect(found.rows).toEqual([]);
    expect(touched(scans)).toBeLessThanOrEqual(PARTITIONS * 201);
  });

  it('reads a lane by the index of lanes', async () => {
    await park(sql`now() + interval '1 hour'`);
    const [tenure] = tenures;
    if (!tenure) throw new Error('nothing is owned');
    const rows = await delivery.store.parking.laneFrom(tenure, 'kkey-7', 0n, 50);
    expect(rows.map(({ state }) => state)).toEqual(['waiting', 'behind']);
    const plan = await delivery.database.rows<{ 'QUERY PLAN': readonly [{ Plan: PlanNode }] }>(sql`
      explain (format json) select * from parked where group_id = ${GROUP} and topic = ${TOPIC}
        and topic_id = 'topic-1' and partition = 0 and lane = 'kkey-7' and "offset" >= 0 order by "offset" limit 50`);
    expect(
      plan.flatMap((row) => nodesOf(row['QUERY PLAN'][0].Plan)).map((node) => node['Index Name']),
    ).toContain('parked_lanes');
  });
});
