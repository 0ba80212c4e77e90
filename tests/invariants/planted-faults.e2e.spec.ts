import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { closeCheckSession, openCheckSession } from '@/infrastructure/invariants/check-session';
import { checkPlatform } from '@/infrastructure/invariants/open-check';
import type { InvariantReport } from '@/infrastructure/invariants/report';
import { violationCodes } from '@/infrastructure/invariants/violation';
import type { InvariantCheck } from '@/infrastructure/ops/invariants/invariant-checks';
import { call } from '../support/customer';
import { freePort } from '../support/free-port';
import type { LedgerLine } from '../support/ledger';
import { InboxFaults } from './faults-in-inbox';
import { LogFaults } from './faults-in-log';
import { TableFaults } from './faults-in-tables';
import { OrderFaults } from './faults-of-order';
import { MixedShop } from './mixed-shop';
import { standInLedger } from './stand-in-ledger';

const PROGRAM = resolve(import.meta.dirname, '../../backend/dist/cli/invariants.js');

describe('npm run invariants', () => {
  let mixed: MixedShop;
  let tables: TableFaults;
  let inbox: InboxFaults;
  let log: LogFaults;
  let order: OrderFaults;
  let orders: Awaited<ReturnType<MixedShop['orders']>>;
  let stuck: string;

  beforeAll(async () => {
    mixed = await MixedShop.start();
    tables = new TableFaults(mixed.database);
    inbox = new InboxFaults(mixed.database);
    log = new LogFaults(mixed.database);
    order = new OrderFaults(mixed.database);
    orders = await mixed.orders();
  });
  afterAll(() => mixed?.stop());

  const environment = () => ({
    PAYMENT_SIMULATOR_URL: mixed.shop.simulatorUrl,
    DATABASE_URL: mixed.databaseUrl,
    EVENT_TRANSPORT: 'embedded',
    LOG_LEVEL: 'fatal',
  });

  function run(args: readonly string[], changes: NodeJS.ProcessEnv = {}) {
    const env = { PATH: process.env.PATH, ...environment(), ...changes };
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
      env,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }

  const check = (ledger?: URL): Promise<InvariantReport> =>
    checkPlatform({ settings: { engine: 'embedded' }, databaseUrl: mixed.databaseUrl }, environment(), {
      settled: true,
      ledger,
    });

  /** By the audit service, of operators that had the invariants checked. */
  const checksInTheTrail = async (): Promise<number> => {
    const { rows } = await mixed.database.query<{ checks: number }>(
      `select count(*)::int as checks from audit.audit_trail
       where event_type = 'audit.recorded' and resource = 'invariants'`,
    );
    return rows[0]?.checks ?? 0;
  };

  const codesFound = new Set<string>();

  /** As `CODE subject`, without the order that was stopped on its way. */
  const found = ({ violations }: InvariantReport): readonly string[] => {
    for (const { code } of violations) codesFound.add(code);
    return violations
      .map(({ code, subject }) => `${code} ${subject}`)
      .filter((line) => line !== `ORDER_NOT_ENDED order ${stuck}`)
      .toSorted();
  };

  it('finds nothing wrong with orders of every kind', () => {
    const { status, stdout, stderr } = run(['--settled']);
    expect({ status, stdout, stderr }).toMatchObject({ status: 0, stderr: '' });
    expect(stdout).toContain(`${orders.all.length} orders judged`);
    expect(stdout).toMatch(/money +holds +0/);
    expect(stdout).toContain(': the same');
  });

  it('names what is on its way, and judges the rest', () => {
    const { status, stdout } = run(['--json', '--young', '3600']);
    const report = JSON.parse(stdout) as InvariantReport;
    expect(status).toBe(0);
    expect(report.orders.running.toSorted()).toEqual(orders.all.toSorted());
  });

  it('says that it could not check where the ledger is silent, or the command not understood', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const { status, stderr } = run(['--ledger', nobody]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('INVARIANTS_UNCHECKED'),
    });
    expect(run(['--sideways']).status).toBe(2);
  });

  it('is there for the operator', async () => {
    const path = '/ops/api/invariants';
    const started = await call<InvariantCheck>(mixed.shop.url, 'POST', path, { settled: true });
    expect([started.status, started.body.state]).toEqual([202, 'running']);
    const ended = await eventually(async () => {
      const { body } = await call<InvariantCheck>(mixed.shop.url, 'GET', path);
      return body.state !== 'running' && body;
    });
    expect(ended).toMatchObject({ state: 'finished', report: { settled: true, violations: [] } });
    expect(ended.report?.orders.judged).toBe(orders.all.length);
    expect(await eventually(async () => (await checksInTheTrail()) > 0 && checksInTheTrail())).toBe(1);
  });

  it('is one at a time in a database, by whichever process', async () => {
    const before = await checksInTheTrail();
    const others = await openCheckSession(mixed.databaseUrl);
    try {
      const refused = await call(mixed.shop.url, 'POST', '/ops/api/invariants', {});
      expect(refused).toMatchObject({ status: 409, body: { code: 'INVARIANT_CHECK_RUNNING' } });
      const { status, stderr } = run(['--settled']);
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: expect.stringContaining('INVARIANT_CHECK_RUNNING'),
      });
    } finally {
      await closeCheckSession(others);
    }
    expect(run(['--settled']).status).toBe(0);
    expect(await checksInTheTrail()).toBe(before);
  });

  describe('a planted fault', () => {
    beforeAll(async () => {
      stuck = await mixed.endWithOrderUnderWay();
    });

    it('an order that is stuck, with its events', () => {
      const { status, stdout } = run(['--settled', '--json']);
      const { violations, standings } = JSON.parse(stdout) as InvariantReport;
      expect(status).toBe(1);
      expect(violations).toMatchObject([{ code: 'ORDER_NOT_ENDED', subject: `order ${stuck}` }]);
      expect(violations[0]?.events).toContainEqual({
        topic: 'shipping-events',
        partition: expect.any(Number),
        offset: expect.any(String),
        eventType: 'shipment.requested',
        eventId: expect.any(String),
      });
      expect(standings.filter(({ standing }) => standing !== 'holds')).toEqual([
        { invariant: 'ended', standing: 'violated', violations: 1 },
      ]);
    });

    it('a capture that was made twice, and money that was not given back', async () => {
      const { body } = await call<LedgerLine[]>(mixed.shop.simulatorUrl, 'GET', '/ledger');
      const doubled = body.find(({ orderId }) => orderId === orders.bought);
      const kept = body.find(({ refunds }) => refunds === 1);
      expect([doubled?.captures, kept?.captures]).toEqual([1, 1]);
      const ledger = await standInLedger(
        body.map((line) => {
          if (line === doubled) return { ...line, captures: 2, captured: 2 * line.captured };
          return line === kept ? { ...line, refunds: 0, refunded: 0 } : line;
        }),
      );
      try {
        expect(found(await check(ledger.url))).toEqual(
          [
            `CAPTURED_TWICE order ${orders.bought}`,
            `MONEY_DIFFERS order ${orders.bought}`,
            `MONEY_DIFFERS order ${kept?.orderId}`,
          ].toSorted(),
        );
      } finally {
        await ledger.close();
      }
    });

    it('a refund that was made twice, and money of an order that nobody has placed', async () => {
      const { body } = await call<LedgerLine[]>(mixed.shop.simulatorUrl, 'GET', '/ledger');
      const doubled = body.find(({ refunds }) => refunds === 1);
      const stray = { orderId: 'nobody', captured: 500, refunded: 0, captures: 1, refunds: 0 };
      const ledger = await standInLedger([
        ...body.map((line) =>
          line === doubled ? { ...line, refunds: 2, refunded: 2 * line.refunded } : line,
        ),
        stray,
      ]);
      try {
        expect(found(await check(ledger.url))).toEqual(
          [
            'MONEY_WITHOUT_ORDER order nobody',
            `MONEY_DIFFERS order ${doubled?.orderId}`,
            `REFUNDED_TWICE order ${doubled?.orderId}`,
            `REFUND_ABOVE_CAPTURE order ${doubled?.orderId}`,
          ].toSorted(),
        );
      } finally {
        await ledger.close();
      }
    });

    it('stock of an order that nobody has placed', async () => {
      await using _ = await tables.strayMovement('nobody', 'prod-003');
      expect(found(await check())).toEqual([
        'STOCK_DIFFERS product prod-003',
        'STOCK_WITHOUT_ORDER order nobody',
      ]);
    });

    it('a movement of stock that is gone', async () => {
      await using _ = await tables.movementGone(orders.bought, 'reserve');
      expect(found(await check())).toEqual([
        `ORDER_STOCK_DIFFERS order ${orders.bought}`,
        'STOCK_DIFFERS product prod-003',
      ]);
    });

    it('more taken than there was', async () => {
      await using _ = await tables.movementLarger(orders.bought, 'reserve', 100_000);
      expect(found(await check())).toEqual([
        `ORDER_STOCK_DIFFERS order ${orders.bought}`,
        'STOCK_BELOW_ZERO product prod-003',
        'STOCK_DIFFERS product prod-003',
      ]);
    });

    it('an event that is gone from the log', async () => {
      await using gone = await log.eventGone('inventory-events', 'inventory.reserved', orders.bought);
      const report = await check();
      const { partition, offset } = gone;
      expect(found(report)).toEqual(
        [
          `OFFSETS_MISSING inventory-events partition ${partition}`,
          // What the reservation says was published, and what the saga says it has had.
          `EVENT_MISSING order ${orders.bought}`,
          `EVENT_MISSING order ${orders.bought}`,
          ...gone.handlers.map((handler) => `EFFECT_WITHOUT_EVENT ${handler}`),
        ].toSorted(),
      );
      expect(report.violations.find(({ code }) => code === 'OFFSETS_MISSING')?.message).toContain(
        `offset ${offset}`,
      );
    });

    it('an event that stands in the log twice', async () => {
      await using twice = await log.eventTwice('payment-events', 'payment.completed', orders.bought);
      const report = await check();
      expect(found(report)).toEqual([`EVENT_REPEATED event ${twice.identity}`]);
      const repeated = report.violations.find(({ code }) => code === 'EVENT_REPEATED');
      expect(repeated?.events.map(({ offset }) => offset)).toEqual([twice.offset, twice.copy]);
    });

    it('an id that two different records have', async () => {
      await using reused = await log.eventIdReused('payment-events', 'payment.completed', orders.bought);
      const report = await check();
      expect(found(report)).toEqual([`EVENT_ID_REUSED event ${reused.identity}`]);
      const violation = report.violations.find(({ code }) => code === 'EVENT_ID_REUSED');
      expect(violation?.events.map(({ offset }) => offset)).toEqual([reused.offset, reused.copy]);
    });

    it('a request that was answered twice', async () => {
      await using twice = await log.answeredTwice('payment-events', 'payment.completed', orders.bought);
      const report = await check();
      expect(found(report)).toEqual([`EFFECT_TWICE order ${orders.bought}`]);
      const violation = report.violations.find(({ code }) => code === 'EFFECT_TWICE');
      expect(violation?.events.map(({ offset }) => offset)).toEqual([twice.offset, twice.copy]);
    });

    it('an event in a partition that is not its key’s', async () => {
      const [topic, type] = ['shipping-events', 'shipment.requested'];
      await using _ = await log.inAnotherPartition(topic, type, orders.bought);
      expect(found(await check())).toEqual([`KEY_IN_TWO_PARTITIONS ${topic} key ${orders.bought}`]);
    });

    it('an end on the topic that the order service does not know', async () => {
      const [, declined = ''] = orders.all;
      await using _ = await log.toldOfAnother('order.cancelled', declined, orders.bought);
      expect(found(await check())).toEqual([`EVENT_UNRECORDED order ${orders.bought}`]);
    });

    it('an answer that stands before its request', async () => {
      const [topic, cause, effect] = ['payment-events', 'payment.requested', 'payment.completed'];
      await using swapped = await order.causeAfterEffect(topic, cause, effect, orders.bought);
      expect([...new Set(found(await check()))]).toEqual(
        [
          `CAUSE_AFTER_EFFECT ${topic} key ${orders.bought}`,
          ...new Set(swapped.handlers.map((handler) => `EFFECT_WITHOUT_EVENT ${handler}`)),
        ].toSorted(),
      );
    });

    it('an effect that the inbox has forgotten', async () => {
      await using forgotten = await inbox.inboxRowGone('payment', 'payment-events', orders.lastBought);
      expect(found(await check())).toEqual([`EVENT_WITHOUT_EFFECT ${forgotten.handler}`]);
    });

    it('an effect that the inbox has twice', async () => {
      await using twice = await inbox.inboxRowTwice('payment', 'payment-events', orders.lastBought);
      expect(found(await check())).toEqual([`EFFECT_TWICE ${twice.handler}`]);
    });

    it('two events of a lane in the wrong order', async () => {
      await using swapped = await order.changesSwapped(orders.bought, 'paid', 'reserved');
      const codes = new Set(found(await check()));
      expect([...codes].filter((line) => !line.startsWith('EFFECT_WITHOUT_EVENT'))).toEqual([
        `HISTORY_DIFFERS order ${orders.bought}`,
        `HISTORY_ILLEGAL order ${orders.bought}`,
      ]);
      expect([...codes].filter((line) => line.startsWith('EFFECT_WITHOUT_EVENT'))).toEqual(
        [...new Set(swapped.handlers.map((handler) => `EFFECT_WITHOUT_EVENT ${handler}`))].toSorted(),
      );
    });

    it('an order that the order service has otherwise than its topic', async () => {
      await using _ = await tables.statusOtherwise(orders.bought, 'cancelled');
      expect(found(await check())).toEqual([`STATUS_DIFFERS order ${orders.bought}`]);
    });

    it('a row that the outbox still has', async () => {
      await using _ = await tables.outboxRow('payment', orders.bought);
      expect(found(await check())).toEqual([`OUTBOX_ROW_WAITS outbox of payment, ${orders.bought}`]);
    });

    it('a row that the log has refused', async () => {
      await using refused = await tables.refusedRow('payment', orders.bought);
      const report = await check();
      expect(found(report)).toEqual([`OUTBOX_ROW_REFUSED outbox of payment, ${orders.bought}`]);
      expect(report.violations.map(({ message }) => message).join()).toContain(`row ${refused.seq}, `);
    });

    it('of every kind there is', () => {
      expect([...codesFound].toSorted()).toEqual(violationCodes.toSorted());
    });

    it('and nothing any more when all of them are mended', async () => {
      expect(found(await check())).toEqual([]);
    });
  });
});
