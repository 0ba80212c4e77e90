import { Breakers } from '@/infrastructure/kafka/breaker/breakers';
import { Metrics } from '@/infrastructure/observability/metrics';
import { sql } from '@/infrastructure/postgres/sql';
import { Charge, type ChargeRequest } from '@/services/payment/charge.service';
import { MakeNotPaid } from '@/services/payment/make-not-paid.service';
import { PaymentAnswers } from '@/services/payment/payment-answers.service';
import { stripeOf } from '@/services/payment/payment.environment';
import { StripeProvider } from '@/services/payment/provider/stripe.provider';
import { paymentMigrations } from '@/services/payment/state/payment.migrations';
import { PaymentStore } from '@/services/payment/state/payment-store';
import { type ServiceState, serviceState } from '@/testing/service-state';
import { unique } from '@/testing/unique';
import {
  SimulatorProcess,
  temporaryDirectory,
} from '../../../payment-simulator/src/testing/simulator-process.ts';
import { freePort } from '../../support/free-port';
import type { LedgerLine } from '../../support/ledger';
import { untilDelivered } from './until-delivered';

export const AMOUNT_MINOR = 1_999;

type Answer = readonly [eventType: string, said: string | number | undefined];

/** The payment service on PostgreSQL, before a provider in a process of its own, which keeps its ledger over kills. */
export class PaymentsDesk {
  private constructor(
    readonly state: ServiceState,
    readonly payments: PaymentStore,
    private readonly chargeService: Charge,
    private readonly makeNotPaid: MakeNotPaid,
    private readonly directory: Awaited<ReturnType<typeof temporaryDirectory>>,
    private readonly simulatorEnv: Record<string, string>,
    private running: SimulatorProcess,
  ) {}

  static async open(simulatorEnv: Record<string, string> = {}): Promise<PaymentsDesk> {
    const directory = await temporaryDirectory();
    const env = { ...simulatorEnv, PAYMENT_SIMULATOR_PORT: String(await freePort()) };
    const simulator = await SimulatorProcess.start(directory.path, env);
    const state = await serviceState('payment', paymentMigrations);
    const stripe = stripeOf({ apiKey: 'sk_test_money', simulator: new URL(simulator.url) });
    const provider = new StripeProvider(stripe, new Breakers(new Metrics()));
    const payments = new PaymentStore(state.database, state.unitOfWork);
    const answers = new PaymentAnswers(state.publisher);
    const charge = new Charge(state.unitOfWork, payments, answers, provider);
    const makeNotPaid = new MakeNotPaid(state.unitOfWork, payments, answers, provider);
    return new PaymentsDesk(state, payments, charge, makeNotPaid, directory, env, simulator);
  }

  get simulator(): SimulatorProcess {
    return this.running;
  }

  /** One run of a request, as a delivery would make it. */
  charge(orderId: string, changes: Partial<ChargeRequest> = {}): Promise<void> {
    return this.chargeService.charge({
      orderId,
      requestId: `request-of-${orderId}`,
      userId: 'user-1',
      amountMinor: AMOUNT_MINOR,
      currency: 'EUR',
      paymentMethod: 'pm_card_visa',
      flow: 'saga',
      ...changes,
    });
  }

  /** One run of a request of its own, unless it is named. */
  undo(orderId: string, requestId = unique('undo')): Promise<void> {
    return this.makeNotPaid.run(orderId, 'saga', requestId);
  }

  /** Answers how many runs it took. */
  chargeUntilDone(orderId: string, changes: Partial<ChargeRequest> = {}): Promise<number> {
    return untilDelivered(() => this.charge(orderId, changes));
  }

  undoUntilDone(orderId: string, requestId = unique('undo')): Promise<number> {
    return untilDelivered(() => this.undo(orderId, requestId));
  }

  orders(count: number): readonly string[] {
    const run = unique('order');
    return Array.from({ length: count }, (_, number) => `${run}-${number}`);
  }

  /** What the provider has on the order; without an entry no payment of it was ever begun there. */
  async ledgerOf(orderId: string): Promise<LedgerLine | undefined> {
    return (await this.ledger()).get(orderId);
  }

  async ledger(): Promise<ReadonlyMap<string | null, LedgerLine>> {
    return (await this.running.ledger()) as ReadonlyMap<string | null, LedgerLine>;
  }

  /** Ids of the order's intents at the provider, newest first. */
  async intentsOf(orderId: string): Promise<readonly { readonly id: string; readonly status: string }[]> {
    const { data } = await this.running.stripe().paymentIntents.list({ limit: 100 });
    return data
      .filter(({ metadata }) => metadata['orderId'] === orderId)
      .map(({ id, status }) => ({ id, status }));
  }

  /** What was answered about the order, with the code or the amount, oldest first. */
  async answersTo(orderId: string): Promise<readonly Answer[]> {
    const events = await this.state.published();
    return events
      .map(({ eventType, data }) => ({ eventType, data: data as Record<string, string | number> }))
      .filter(({ data }) => data['orderId'] === orderId)
      .map(({ eventType, data }) => [eventType, data['code'] ?? data['amount']]);
  }

  /** Answers to all orders: how many of a type, and how many orders they are about. */
  async answerCounts(): Promise<
    Readonly<Record<string, { readonly events: number; readonly orders: number }>>
  > {
    const rows = await this.state.database.rows<{ type: string; events: number; orders: number }>(sql`
      select type, count(*)::int as events, count(distinct aggregateid)::int as orders from outbox group by type`);
    return Object.fromEntries(rows.map(({ type, events, orders }) => [type, { events, orders }]));
  }

  async restartSimulator(): Promise<void> {
    this.running = await SimulatorProcess.start(this.directory.path, this.simulatorEnv);
  }

  async close(): Promise<void> {
    await this.running.stop();
    await this.directory[Symbol.asyncDispose]();
    await this.state.close();
  }
}
