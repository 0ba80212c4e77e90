import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import type { PaymentStatus, Refusal } from '../domain/payment';

export type OrderFlow = 'saga' | 'choreography';

export interface Payment {
  readonly orderId: string;
  readonly userId: string | null;
  readonly status: PaymentStatus;
  readonly amountMinor: number | null;
  readonly currency: string | null;
  readonly paymentMethod: string | null;
  readonly flow: OrderFlow;
  /** Rises when what was tried has failed for good; part of the provider's idempotency keys. */
  readonly attempt: number;
  /** Ids of the requests that an attempt was made for. */
  readonly requests: readonly string[];
  /** Ids of the requests whose answer was committed. */
  readonly answered: readonly string[];
  readonly intentId: string | null;
  readonly refundAttempt: number;
  readonly refundId: string | null;
  readonly capturedMinor: number;
  readonly refundedMinor: number;
  readonly failure: Refusal | null;
}

export interface NewPayment {
  readonly orderId: string;
  /** The same when the request comes again. */
  readonly requestId: string;
  readonly userId: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly paymentMethod: string;
  readonly flow: OrderFlow;
}

/** What changes when a payment comes to something. */
export interface Settlement {
  readonly status: PaymentStatus;
  /** The request that is answered in the same unit of work. */
  readonly answers?: string;
  readonly capturedMinor?: number;
  readonly refundedMinor?: number;
  readonly refundId?: string;
  readonly failure?: Refusal;
}

const columns = sql`order_id as "orderId", user_id as "userId", status, amount_minor::float8 as "amountMinor",
  currency, payment_method as "paymentMethod", flow, attempt, requests, answered,
  intent_id as "intentId",
  refund_attempt as "refundAttempt", refund_id as "refundId", captured_minor::float8 as "capturedMinor",
  refunded_minor::float8 as "refundedMinor", failure`;

/**
 * One row per order, whose lock decides between a charge and its undoing. Needs a unit of work in progress where nothing
 * else is said.
 */
@Injectable()
export class PaymentStore {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  async lock(orderId: string): Promise<Payment | undefined> {
    return this.unitOfWork.sql.row<Payment>(sql`
      select ${columns} from payments where order_id = ${orderId} for no key update`);
  }

  /** Outside of a unit of work, since it is one statement. Undefined where there is one already. */
  open(terms: NewPayment): Promise<Payment | undefined> {
    return this.database.row<Payment>(sql`
      insert into payments
        (order_id, user_id, status, amount_minor, currency, payment_method, flow, requests)
      values (${terms.orderId}, ${terms.userId}, 'open', ${terms.amountMinor}, ${terms.currency},
        ${terms.paymentMethod}, ${terms.flow}, array[${terms.requestId}]::text[])
      on conflict do nothing returning ${columns}`);
  }

  /** The order's payment under its lock; without one a row that refuses the request when it comes later. */
  async lockOrVoid(orderId: string, flow: OrderFlow): Promise<Payment> {
    await this.unitOfWork.sql.run(sql`
      insert into payments (order_id, status, flow) values (${orderId}, 'voided', ${flow}) on conflict do nothing`);
    return this.lockExisting(orderId);
  }

  /** The next attempt, for a request of its own; it gets an intent of its own. */
  async openAgain(orderId: string, requestId: string): Promise<Payment> {
    const opened = await this.unitOfWork.sql.row<Payment>(sql`
      update payments set status = 'open', attempt = attempt + 1, intent_id = null, failure = null,
        requests = array_append(requests, ${requestId}), updated_at = clock_timestamp()
      where order_id = ${orderId} returning ${columns}`);
    return opened ?? this.lockExisting(orderId);
  }

  /** A request that is not even taken to the provider; it stays refused. */
  async refuse(
    terms: Pick<NewPayment, 'orderId' | 'userId' | 'flow' | 'requestId'>,
    failure: Refusal,
  ): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into payments (order_id, user_id, status, flow, failure, answered)
      values (${terms.orderId}, ${terms.userId}, 'failed', ${terms.flow}, ${JSON.stringify(failure)}::jsonb,
        array[${terms.requestId}]::text[])
      on conflict do nothing`);
  }

  /** The request is answered in the same unit of work, by what the payment had come to before. */
  async noteAnswered(orderId: string, requestId: string): Promise<void> {
    await this.update(orderId, sql`answered = array_append(answered, ${requestId})`);
  }

  async setIntent(orderId: string, intentId: string): Promise<void> {
    await this.update(orderId, sql`intent_id = ${intentId}`);
  }

  /** Acts from now on carry other keys. */
  async raiseAttempt(orderId: string): Promise<void> {
    await this.update(orderId, sql`attempt = attempt + 1`);
  }

  async raiseRefundAttempt(orderId: string): Promise<void> {
    await this.update(orderId, sql`refund_attempt = refund_attempt + 1`);
  }

  async settle(orderId: string, settlement: Settlement): Promise<void> {
    const { status, answers, capturedMinor, refundedMinor, refundId, failure } = settlement;
    await this.update(
      orderId,
      sql`status = ${status},
        answered = answered || ${answers === undefined ? [] : [answers]}::text[],
        captured_minor = coalesce(${capturedMinor ?? null}, captured_minor),
        refunded_minor = coalesce(${refundedMinor ?? null}, refunded_minor),
        refund_id = coalesce(${refundId ?? null}, refund_id),
        failure = coalesce(${failure ? JSON.stringify(failure) : null}::jsonb, failure)`,
    );
  }

  private async update(orderId: string, changes: ReturnType<typeof sql>): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      update payments set ${changes}, updated_at = clock_timestamp() where order_id = ${orderId}`);
  }

  private async lockExisting(orderId: string): Promise<Payment> {
    const payment = await this.lock(orderId);
    if (!payment) throw new Error(`The payment of order '${orderId}' was just written and is not there.`);
    return payment;
  }
}
