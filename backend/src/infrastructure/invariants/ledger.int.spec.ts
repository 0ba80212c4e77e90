import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { closeCheckSession, openCheckSession } from './check-session';
import { type LedgerLine, readLedger } from './ledger';
import { createRawTables } from './scan/raw-tables';

interface AskedPage {
  readonly limit: number;
  readonly from: number;
}

const lineOf = (place: number): LedgerLine => ({
  orderId: `order-${place}`,
  captured: 100 + place,
  refunded: 0,
  captures: 1,
  refunds: 0,
});

describe('readLedger', () => {
  let database: TestDatabase;
  let session: Database;
  let lines: LedgerLine[];
  /** Of each page that was asked for. */
  let asked: AskedPage[];
  let answerTo: (page: AskedPage) => unknown;

  const server = createServer((request, answer) => {
    const { searchParams } = new URL(request.url ?? '', 'http://ledger');
    const page = { limit: Number(searchParams.get('limit')), from: Number(searchParams.get('cursor') ?? 0) };
    asked.push(page);
    answer.setHeader('content-type', 'application/json').end(JSON.stringify(answerTo(page)));
  });
  const address = () => new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);

  const pageOf = ({ limit, from }: AskedPage) => ({
    items: lines.slice(from, from + limit),
    nextCursor: from + limit < lines.length ? String(from + limit) : null,
  });

  beforeAll(async () => {
    database = await testDatabase();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterAll(async () => {
    await new Promise((closed) => server.close(closed));
    await database?.drop();
  });
  beforeEach(async () => {
    lines = Array.from({ length: 4_500 }, (_, place) => lineOf(place));
    asked = [];
    answerTo = pageOf;
    session = await openCheckSession(database.url);
    await createRawTables(session);
  });
  afterEach(() => closeCheckSession(session));

  const read = async () =>
    session.rows<LedgerLine>(sql`
      select order_id as "orderId", captured::int as captured, refunded::int as refunded, captures, refunds
      from raw_ledger order by captured`);

  it('reads every page of it', async () => {
    await readLedger(address(), session);
    expect(asked.length).toBeGreaterThan(2);
    expect(new Set(asked.map(({ limit }) => limit)).size).toBe(1);
    expect(await read()).toEqual(lines);
  });

  it('has each order once where it changes and grows meanwhile', async () => {
    const first = lines[0] as LedgerLine;
    answerTo = (page) => {
      const answer = pageOf(page);
      if (page.from > 0) return answer;
      lines[0] = { ...first, refunded: first.captured, refunds: 1 };
      lines.push(lineOf(lines.length));
      return answer;
    };
    await readLedger(address(), session);
    expect(await read()).toEqual([first, ...lines.slice(1)]);
    expect(lines).toHaveLength(4_501);
  });

  const notLedgers: [string, string, (page: AskedPage) => unknown][] = [
    ['is told at once and whole', 'does not answer as one', () => lines],
    ['has more than was asked for', 'does not answer as one', () => ({ items: lines, nextCursor: null })],
    ['goes on behind an empty page', 'does not answer as one', () => ({ items: [], nextCursor: '0' })],
    ['begins again', 'duplicate key', (page) => ({ ...pageOf({ ...page, from: 0 }), nextCursor: '0' })],
  ];
  it.each(notLedgers)('refuses one that %s', async (_, reason, answer) => {
    answerTo = answer;
    await expect(readLedger(address(), session)).rejects.toThrow(reason);
    expect(asked.length).toBeLessThan(3);
  });

  it('stops between two pages when it is asked to', async () => {
    const stop = new AbortController();
    answerTo = (page) => {
      stop.abort(new Error('the platform ends'));
      return pageOf(page);
    };
    await expect(readLedger(address(), session, stop.signal)).rejects.toThrow('the platform ends');
    expect(asked).toHaveLength(1);
  });
});
