import { Injectable } from '@nestjs/common';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { FIRST_ATTEMPT, type Line, onRequested, type Refusal, RELEASED } from './domain/reservation';
import type { OrderFlow, Reservation, StockBook } from './domain/stock-book';
import { ProductNotKnownYetError, StockNotAvailableError } from './inventory.errors';
import { InventoryService } from './inventory.service';
import { StockBooks } from './state/stock-books';

/** Runs of one event that wait for a product's creation before the product counts as unknown: about 3 s. */
const PATIENT_RUNS = 6;

/** What a saga asks for. */
export interface ReservationRequest {
  readonly orderId: string;
  readonly items: readonly Line[];
  readonly flow: OrderFlow;
  /** Counts the runs of the event being handled, from 1. */
  readonly run: number;
  /** What is answered is published in here. */
  readonly answering: (answer: () => Promise<void>) => Promise<void>;
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

  /** For an order that was never reserved it leaves a row, of the flow it is asked in, that refuses what comes. */
  async release(orderId: string, askedIn: OrderFlow = 'saga'): Promise<void> {
    const book = await this.books.open([orderId]);
    const known = book.reservation(orderId);
    const { flow, attempt } = known ?? { flow: askedIn, attempt: FIRST_ATTEMPT };
    const held = known?.status === 'reserved' || known?.status === 'sold' ? known : undefined;
    if (held) await this.inventory.giveBack(book, held);
    const lines = known?.status === 'failed' ? [] : (known?.lines ?? []);
    book.keep({ orderId, status: 'released', flow, attempt, lines, failure: null });
    await this.books.write(book);
    await this.publisher.publishInventoryReleased(
      { orderId, items: lines.map(toItem), releasedAt: new Date().toISOString() },
      stamp(flow),
    );
  }

  async sell(orderId: string): Promise<void> {
    const book = await this.books.open([orderId]);
    const known = book.reservation(orderId);
    if (known?.status !== 'reserved') return;
    await this.inventory.sell(book, known);
    book.keep({ ...known, status: 'sold' });
    await this.books.write(book);
  }

  /** For what `InventoryService` threw of an order that nobody directs: what it holds goes back, the answer is no. */
  async refuseFor(error: unknown, orderId: string, flow: OrderFlow, run: number): Promise<void> {
    const refusal = refusalOf(error, run);
    const book = await this.books.open([orderId]);
    await this.refuse(book, orderId, flow, refusal);
    await this.books.write(book);
  }

  async answerReserved({ orderId, flow, lines }: Reservation): Promise<void> {
    await this.publisher.publishInventoryReserved(
      { orderId, items: lines.map(toItem), reservedAt: new Date().toISOString() },
      stamp(flow),
    );
  }

  private async answer(book: StockBook, { orderId, items, flow, run }: ReservationRequest): Promise<void> {
    const known = book.reservation(orderId);
    switch (onRequested(known)) {
      case 'take':
        return this.take(book, orderId, items, flow, run);
      case 'answer_reserved':
        return known?.status === 'sold'
          ? this.answerReserved(known)
          : this.take(book, orderId, items, flow, run);
      case 'answer_failed':
        return this.answerFailed(orderId, flow, known?.failure ?? RELEASED);
      case 'refuse_released':
        return this.answerFailed(orderId, flow, RELEASED);
      case 'ignore':
        return;
    }
  }

  private async take(
    book: StockBook,
    orderId: string,
    items: readonly Line[],
    flow: OrderFlow,
    run: number,
  ): Promise<void> {
    const held = book.reservation(orderId);
    const taking = { held, flow, attempt: held?.attempt ?? FIRST_ATTEMPT };
    try {
      await this.answerReserved(await this.inventory.take(book, orderId, items, taking));
    } catch (error) {
      await this.refuse(book, orderId, flow, refusalOf(error, run));
    }
  }

  /** Ends an order that could not get all it asked for. */
  private async refuse(book: StockBook, orderId: string, flow: OrderFlow, failure: Refusal): Promise<void> {
    const known = book.reservation(orderId);
    if (known?.status === 'reserved') await this.inventory.giveBack(book, known);
    const attempt = known?.attempt ?? FIRST_ATTEMPT;
    book.keep({ orderId, status: 'failed', flow, attempt, lines: [], failure });
    await this.answerFailed(orderId, flow, failure);
  }

  private async answerFailed(orderId: string, flow: OrderFlow, refusal: Refusal): Promise<void> {
    const { code, message, productId } = refusal;
    const product = productId === undefined ? {} : { productId };
    await this.publisher.publishInventoryReservationFailed(
      { orderId, code, message, failedAt: new Date().toISOString(), ...product },
      stamp(flow),
    );
  }
}

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
