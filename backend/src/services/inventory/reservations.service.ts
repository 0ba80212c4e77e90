import { Injectable } from '@nestjs/common';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import {
  FIRST_ATTEMPT,
  type Line,
  onReleased,
  onRequested,
  type Refusal,
  RELEASED,
  TOO_LATE,
} from './domain/reservation';
import type { OrderFlow, Reservation, StockBook } from './domain/stock-book';
import { ProductNotKnownYetError, StockNotAvailableError } from './inventory.errors';
import { InventoryService, type Taking } from './inventory.service';
import { StockBooks } from './state/stock-books';

/** Runs of one event that wait for a product's creation before the product counts as unknown: about 3 s. */
const PATIENT_RUNS = 6;

/** What a saga asks for. */
export interface ReservationRequest {
  readonly orderId: string;
  readonly items: readonly Line[];
  readonly flow: OrderFlow;
  /** From 1, the default. */
  readonly attempt?: number | undefined;
  /** Nothing is taken after it. */
  readonly deadline?: Date | undefined;
  /** Counts the runs of the event being handled, from 1. */
  readonly run: number;
  /** What is answered is published in here. */
  readonly answering: (answer: () => Promise<void>) => Promise<void>;
}

/** An order that is completed. */
export interface Sale {
  readonly orderId: string;
  /** What is told of the stock is published in here. */
  readonly telling: (tell: () => Promise<void>) => Promise<void>;
}

/** Reserves, releases and sells by order, and answers; in the unit of work in progress. Safe to repeat. */
@Injectable()
export class Reservations {
  constructor(
    private readonly inventory: InventoryService,
    private readonly books: StockBooks,
    private readonly publisher: EventPublisherService,
  ) {}

  /** One after another, in as many statements as for one. Throws `PRODUCT_NOT_KNOWN_YET` in an event's first runs. */
  async reserve(requests: readonly ReservationRequest[]): Promise<void> {
    const products = requests.flatMap(({ items }) => items.map(({ productId }) => productId));
    const book = await this.books.open(
      requests.map(({ orderId }) => orderId),
      products,
    );
    for (const request of requests) await request.answering(() => this.answer(book, request));
    await this.books.write(book);
  }

  /**
   * With `attempt`, what it and those before it hold, and a later one may take stock anew; without, the order is over.
   * For an order that was never reserved it leaves a row, of the flow it is asked in, that refuses what comes.
   */
  async release(orderId: string, askedIn: OrderFlow = 'saga', attempt?: number): Promise<void> {
    const book = await this.books.open([orderId]);
    const known = book.reservation(orderId);
    const flow = known?.flow ?? askedIn;
    const released = onReleased(known, attempt);
    const lines = !released || known?.status === 'failed' ? [] : (known?.lines ?? []);
    if (released) {
      if (known && released.givesBack) await this.inventory.giveBack(book, known);
      const { attempt: through, failure } = released;
      book.keep({ orderId, status: 'released', flow, attempt: through, lines, failure });
    }
    await this.books.write(book);
    await this.publisher.publishInventoryReleased(
      { orderId, items: lines.map(toItem), releasedAt: new Date().toISOString(), attempt },
      stamp(flow),
    );
  }

  /** One after another, in as many statements as for one. What an order does not hold is not sold. */
  async sell(sales: readonly Sale[]): Promise<void> {
    const book = await this.books.open(sales.map(({ orderId }) => orderId));
    for (const { orderId, telling } of sales) {
      const known = book.reservation(orderId);
      if (known?.status !== 'reserved') continue;
      await telling(() => this.inventory.sell(book, known));
      book.keep({ ...known, status: 'sold' });
    }
    await this.books.write(book);
  }

  /** For what `InventoryService` threw of an order that nobody directs: what it holds goes back, the answer is no. */
  async refuseFor(error: unknown, orderId: string, flow: OrderFlow, run: number): Promise<void> {
    const refusal = refusalOf(error, run);
    const book = await this.books.open([orderId]);
    const attempt = book.reservation(orderId)?.attempt ?? FIRST_ATTEMPT;
    await this.refuse(book, { orderId, flow, attempt }, refusal);
    await this.books.write(book);
  }

  async answerReserved({ orderId, flow, lines, attempt }: Reservation): Promise<void> {
    await this.publisher.publishInventoryReserved(
      { orderId, items: lines.map(toItem), reservedAt: new Date().toISOString(), attempt },
      stamp(flow),
    );
  }

  private async answer(book: StockBook, request: ReservationRequest): Promise<void> {
    const { orderId, flow, attempt = FIRST_ATTEMPT, deadline } = request;
    const known = book.reservation(orderId);
    switch (onRequested(known, attempt)) {
      case 'take':
        if (deadline && deadline < book.now) return this.refuse(book, { orderId, flow, attempt }, TOO_LATE);
        return this.take(book, request, { held: undefined, flow, attempt });
      case 'answer_reserved':
        if (known?.status === 'sold') return this.answerReserved(known);
        return this.take(book, request, { held: known, flow, attempt: known?.attempt ?? attempt });
      case 'answer_failed':
        return this.answerFailed({ orderId, flow, attempt }, known?.failure ?? RELEASED);
      case 'refuse_released':
        return this.answerFailed({ orderId, flow, attempt }, RELEASED);
      case 'ignore':
        return;
    }
  }

  private async take(
    book: StockBook,
    { orderId, items, flow, attempt = FIRST_ATTEMPT, run }: ReservationRequest,
    taking: Taking,
  ): Promise<void> {
    try {
      await this.answerReserved(await this.inventory.take(book, orderId, items, taking));
    } catch (error) {
      await this.refuse(book, { orderId, flow, attempt }, refusalOf(error, run));
    }
  }

  /** Ends an attempt that could not get all it asked for. */
  private async refuse(book: StockBook, asked: Asked, failure: Refusal): Promise<void> {
    const { orderId, flow, attempt } = asked;
    const known = book.reservation(orderId);
    if (known?.status === 'reserved') await this.inventory.giveBack(book, known);
    book.keep({ orderId, status: 'failed', flow, attempt, lines: [], failure });
    await this.answerFailed(asked, failure);
  }

  private async answerFailed({ orderId, flow, attempt }: Asked, refusal: Refusal): Promise<void> {
    const { code, message, productId } = refusal;
    await this.publisher.publishInventoryReservationFailed(
      { orderId, code, message, failedAt: new Date().toISOString(), productId, attempt },
      stamp(flow),
    );
  }
}

type Asked = Pick<Reservation, 'orderId' | 'flow' | 'attempt'>;

/** Throws what is no refusal, and what may be none the next time. */
function refusalOf(error: unknown, run: number): Refusal {
  if (!(error instanceof StockNotAvailableError)) throw error;
  const { refusal } = error;
  if (refusal.code === 'UNKNOWN_PRODUCT' && run < PATIENT_RUNS)
    throw new ProductNotKnownYetError(refusal.productId);
  return refusal;
}

const toItem = ({ productId, quantity }: Line): Line => ({ productId, quantity });
const stamp = (flow: OrderFlow) => ({ headers: { 'x-order-flow': flow } });
