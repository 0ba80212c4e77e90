import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { deliveredOrder } from './delivered-order';
import {
  FIRST_ATTEMPT,
  type Line,
  linesFault,
  missingLines,
  onRequested,
  RELEASED,
  shortage,
  sumLines,
} from './domain/reservation';
import type { Effect, MovementKind, OrderFlow, Reservation, StockBook } from './domain/stock-book';
import { OrderReferenceRequiredError, StockNotAvailableError } from './inventory.errors';
import { StockBooks } from './state/stock-books';
import { StockAnnouncer } from './stock-announcer.service';

export interface OrderReference {
  readonly orderId: string;
  /**
   * From 1; default: the one in progress. One more takes stock anew after this one was released or refused, unless
   * the order is over.
   */
  readonly attempt?: number;
}

/** What an order holds beside what it is to take, and how it asks. */
export interface Taking {
  readonly held: Reservation | undefined;
  readonly flow: OrderFlow;
  readonly attempt: number;
}

const EFFECTS = {
  reserve: { available: -1, reserved: 1 },
  sale: { available: 0, reserved: -1 },
  release: { available: 1, reserved: -1 },
  return: { available: 1, reserved: 0 },
} as const satisfies Record<string, Effect>;

/** Takes stock for orders and gives it back; each product of an order moves once in each way and attempt. */
@Injectable()
export class InventoryService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly books: StockBooks,
    private readonly announcer: StockAnnouncer,
  ) {}

  /**
   * Takes a product's stock for an order, once, however often it is called. The order is that of the event being
   * handled; outside of one `ORDER_REFERENCE_REQUIRED` asks for `reference`. Throws `STOCK_NOT_AVAILABLE`, also for
   * an attempt that was released or refused before.
   */
  async deductStock(productId: string, quantity: number, reference?: OrderReference): Promise<void> {
    const orderId = reference?.orderId ?? deliveredOrder();
    if (!orderId) throw new OrderReferenceRequiredError();
    await this.unitOfWork.run(async () => {
      const book = await this.books.open([orderId], [productId]);
      const held = book.reservation(orderId);
      const attempt = reference?.attempt ?? held?.attempt ?? FIRST_ATTEMPT;
      const decision = onRequested(held, attempt);
      const anew = decision === 'take';
      if (!anew && decision !== 'answer_reserved')
        throw new StockNotAvailableError(held?.failure ?? RELEASED);
      await this.take(book, orderId, [{ productId, quantity }], {
        held: anew ? undefined : held,
        flow: held?.flow ?? 'choreography',
        attempt: anew || !held ? attempt : held.attempt,
      });
      await this.books.write(book);
    });
  }

  /** All lines or none, beside those that the order holds already. Throws `STOCK_NOT_AVAILABLE` before any change. */
  async take(
    book: StockBook,
    orderId: string,
    items: readonly Line[],
    { held, flow, attempt }: Taking,
  ): Promise<Reservation> {
    const fault = linesFault(items);
    if (fault) throw new StockNotAvailableError(fault);
    const lines = missingLines(sumLines(items), held?.lines ?? []);
    if (held && lines.length === 0) return held;
    const short = shortage(lines, (productId) => book.available(productId));
    if (short) throw new StockNotAvailableError(short);
    const reservation: Reservation = {
      orderId,
      status: 'reserved',
      flow,
      attempt,
      lines: sumLines([...(held?.lines ?? []), ...lines]),
      failure: null,
    };
    await this.move(book, 'reserve', { orderId, attempt, lines }, EFFECTS.reserve, 'reserved');
    book.keep(reservation);
    return reservation;
  }

  /** Gives back all that the order holds. */
  async giveBack(book: StockBook, reservation: Reservation): Promise<void> {
    const effect = reservation.status === 'sold' ? EFFECTS.return : EFFECTS.release;
    await this.move(book, 'release', reservation, effect, 'released');
  }

  /** What was reserved has left the house. */
  async sell(book: StockBook, reservation: Reservation): Promise<void> {
    await this.move(book, 'sale', reservation, EFFECTS.sale, 'sold');
  }

  private async move(
    book: StockBook,
    kind: MovementKind,
    { orderId, attempt, lines }: Pick<Reservation, 'orderId' | 'attempt' | 'lines'>,
    effect: Effect,
    reason: string,
  ) {
    const quantities = new Map(lines.map(({ productId, quantity }) => [productId, quantity]));
    const changes = book.move(kind, { orderId, attempt, lines }, effect).map((level) => ({
      level,
      delta: effect.available * (quantities.get(level.productId) ?? 0),
    }));
    await this.announcer.announce(changes, reason, orderId);
  }
}
