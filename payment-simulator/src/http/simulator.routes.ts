import type { FastifyInstance } from 'fastify';
import { settleRefund } from '../domain/refund.ts';
import { InvalidInputError, RefundNotPendingError } from '../errors/simulator.errors.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import { parseFaultSettings } from '../faults/fault-plan.ts';
import type { PaymentStore } from '../store/payment-store.ts';
import { type LedgerQuery, ledgerPageOf } from './ledger.query.ts';
import { intentOnWire, refundOnWire } from './wire.ts';
import { overviewPage } from './overview.page.ts';

interface RefundToSettle {
  Params: { id: string };
}

const RECENT = 25;

/** The simulator's own routes: ledger, faults, pending refunds, health, and a page for people. */
export function simulatorRoutes(app: FastifyInstance, store: PaymentStore, faults: FaultPlan): void {
  const startedAt = Date.now();

  app.get<{ Querystring: LedgerQuery }>('/ledger', async ({ query }) => {
    const page = ledgerPageOf(query);
    const entries = page
      ? store.ledgerPage(page)
      : store.ledger(typeof query.orderId === 'string' ? query.orderId : undefined);
    await store.settled();
    return entries;
  });

  app.get('/faults', async () => faults.settings);

  app.put('/faults', async ({ body }) => {
    faults.set(parseFaultSettings(body));
    return faults.settings;
  });

  app.put<RefundToSettle>('/refunds/:id', async ({ params, body }) => {
    const status = parseSettlement(body);
    const refund = store.refunds.get(params.id);
    const intent = refund && store.intents.get(refund.intent);
    if (refund?.status !== 'pending' || intent === undefined) throw new RefundNotPendingError(params.id);
    const settled = settleRefund(intent, refund, status);
    await store.commit({ at: Date.now(), ...settled });
    return refundOnWire(settled.refund);
  });

  app.get('/health', async () => ({
    status: 'ok',
    service: 'payment-simulator',
    pid: process.pid,
    uptimeSeconds: Math.round((Date.now() - startedAt) / 1_000),
    payments: store.intents.size,
    refunds: store.refunds.size,
    idempotencyKeys: store.keys.size,
    journalBytes: store.journalBytes,
  }));

  app.get('/overview', async () => {
    const overview = {
      totals: store.totals(),
      faults: faults.settings,
      recent: store.intents.page({ limit: RECENT }).items.map((intent) => ({
        ...intentOnWire(intent),
        client_secret: undefined,
        amount_refunded: intent.refunded,
      })),
    };
    await store.settled();
    return overview;
  });

  app.get('/', async (_request, reply) => {
    reply.header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:",
    );
    return reply.type('text/html; charset=utf-8').send(overviewPage);
  });
}

function parseSettlement(body: unknown): 'succeeded' | 'failed' {
  const status = (body as { status?: unknown } | null | undefined)?.status;
  if (status === 'succeeded' || status === 'failed') return status;
  throw new InvalidInputError([{ path: 'status', message: 'must be succeeded or failed' }]);
}
