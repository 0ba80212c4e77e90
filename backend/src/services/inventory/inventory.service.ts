import { Injectable } from '@nestjs/common';
import { currentDelivery } from '@/infrastructure/kafka/delivery/delivery-context';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { type Line, linesFault, missingLines, shortage, sumLines } from './domain/reservation';
import { OrderReferenceRequiredError, StockNotAvailableError } from './inventory.errors';
import { type OrderFlow, type Reservation, ReservationStore } from './state/reservation-store';
import { type Effect, type MovementKind, StockStore } from './state/stock-store';
import { StockAnnouncer } from './stock-announcer.service';

export interface OrderReference {
  readonly orderId: string;
}

const EFFECTS = {
  reserve: { available: -1, reserved: 1 },
  sale: { available: 0, reserved: -1 },
  release: { available: 1, reserved: -1 },
  return: { available: 1, reserved: 0 },
} as const satisfies Record<string, Effect>;

/** Takes stock for orders and gives it back; each product of an order moves once in each way. */
@Injectable()
export class InventoryService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stock: StockStore,
    private readonly reservations: ReservationStore,
    private readonly announcer: StockAnnouncer,
  ) {}

  /**
   * Takes a product's stock for an order, once, however often it is called. The order is that of the event being
   * handled; outside of one `ORDER_REFERENCE_REQUIRED` asks for `reference`. Throws `STOCK_NOT_AVAILABLE`.
   */
  async deductStock(productId: string, quantity: number, reference?: OrderReference): Promise<void> {
    const orderId = reference?.orderId ?? currentDelivery()?.key;
    if (!orderId) throw new OrderReferenceRequiredError();
    await this.unitOfWork.run(async () => {
      const held = await this.reservations.lock(orderId);
      await this.take(orderId, [{ productId, quantity }], held, held?.flow ?? 'choreography');
    });
  }

  /**
   * All lines or none, beside those that the order holds already; in the unit of work in progress. Throws
   * `STOCK_NOT_AVAILABLE` before anything is written.
   */
  async take(
    orderId: string,
    items: readonly Line[],
    held: Reservation | undefined,
    flow: OrderFlow,
  ): Promise<Reservation> {
    const fault = linesFault(items);
    if (fault) throw new StockNotAvailableError(fault);
    const lines = missingLines(sumLines(items), held?.lines ?? []);
    const levels = await this.stock.lock(lines.map(({ productId }) => productId));
    const short = shortage(
      lines,
      new Map([...levels].map(([productId, { available }]) => [productId, available])),
    );
    if (short) throw new StockNotAvailableError(short);
    const reservation: Reservation = {
      orderId,
      status: 'reserved',
      flow,
      lines: sumLines([...(held?.lines ?? []), ...lines]),
      failure: null,
    };
    await this.move(orderId, 'reserve', lines, EFFECTS.reserve, 'reserved');
    await this.reservations.save(reservation);
    return reservation;
  }

  /** Gives back all that the order holds; in the unit of work in progress. */
  async giveBack({ orderId, lines, status }: Reservation): Promise<void> {
    const effect = status === 'sold' ? EFFECTS.return : EFFECTS.release;
    await this.move(orderId, 'release', lines, effect, 'released');
  }

  /** What was reserved has left the house; in the unit of work in progress. */
  async sell({ orderId, lines }: Reservation): Promise<void> {
    await this.move(orderId, 'sale', lines, EFFECTS.sale, 'sold');
  }

  private async move(
    orderId: string,
    kind: MovementKind,
    lines: readonly Line[],
    effect: Effect,
    reason: string,
  ) {
    if (lines.length === 0) return;
    await this.stock.lock(lines.map(({ productId }) => productId));
    const levels = await this.stock.move(orderId, kind, lines, effect);
    const quantities = new Map(lines.map(({ productId, quantity }) => [productId, quantity]));
    const changes = levels.map((level) => ({
      level,
      delta: effect.available * (quantities.get(level.productId) ?? 0),
    }));
    await this.announcer.announce(changes, reason, orderId);
  }
}
