import { Injectable } from '@nestjs/common';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { FIRST_ATTEMPT, type Line, onRequested, type Refusal, RELEASED } from './domain/reservation';
import { ProductNotKnownYetError, StockNotAvailableError } from './inventory.errors';
import { InventoryService } from './inventory.service';
import { type OrderFlow, type Reservation, ReservationStore } from './state/reservation-store';

/** Runs of one event that wait for a product's creation before the product counts as unknown: about 3 s. */
const PATIENT_RUNS = 6;

/** Reserves, releases and sells by order, and answers; in the unit of work in progress. Safe to repeat. */
@Injectable()
export class Reservations {
  constructor(
    private readonly inventory: InventoryService,
    private readonly reservations: ReservationStore,
    private readonly publisher: EventPublisherService,
  ) {}

  /** `run` counts the runs of the event being handled, from 1. Throws `PRODUCT_NOT_KNOWN_YET` in the first ones. */
  async reserve(orderId: string, items: readonly Line[], flow: OrderFlow, run: number): Promise<void> {
    const known = await this.reservations.lock(orderId);
    switch (onRequested(known)) {
      case 'take':
        return this.take(orderId, items, known, flow, run);
      case 'answer_reserved':
        return known?.status === 'sold'
          ? this.answerReserved(known)
          : this.take(orderId, items, known, flow, run);
      case 'answer_failed':
        return this.answerFailed(orderId, flow, known?.failure ?? RELEASED);
      case 'refuse_released':
        return this.answerFailed(orderId, flow, RELEASED);
      case 'ignore':
        return;
    }
  }

  /** For an order that was never reserved it leaves a row, of the flow it is asked in, that refuses what comes. */
  async release(orderId: string, askedIn: OrderFlow = 'saga'): Promise<void> {
    const known = await this.reservations.lock(orderId);
    const { flow, attempt } = known ?? { flow: askedIn, attempt: FIRST_ATTEMPT };
    const held = known?.status === 'reserved' || known?.status === 'sold' ? known : undefined;
    if (held) await this.inventory.giveBack(held);
    const lines = known?.status === 'failed' ? [] : (known?.lines ?? []);
    await this.reservations.save({ orderId, status: 'released', flow, attempt, lines, failure: null });
    await this.publisher.publishInventoryReleased(
      { orderId, items: lines.map(toItem), releasedAt: new Date().toISOString() },
      stamp(flow),
    );
  }

  async sell(orderId: string): Promise<void> {
    const known = await this.reservations.lock(orderId);
    if (known?.status !== 'reserved') return;
    await this.inventory.sell(known);
    await this.reservations.save({ ...known, status: 'sold' });
  }

  /** Ends an order that could not get all it asked for: what it holds goes back, and the answer is no. */
  async refuse(orderId: string, flow: OrderFlow, failure: Refusal): Promise<void> {
    const known = await this.reservations.lock(orderId);
    if (known?.status === 'reserved') await this.inventory.giveBack(known);
    const attempt = known?.attempt ?? FIRST_ATTEMPT;
    await this.reservations.save({ orderId, status: 'failed', flow, attempt, lines: [], failure });
    await this.answerFailed(orderId, flow, failure);
  }

  /** For what `InventoryService` threw: before its first write, so the transaction is whole. */
  async refuseFor(error: unknown, orderId: string, flow: OrderFlow, run: number): Promise<void> {
    if (!(error instanceof StockNotAvailableError)) throw error;
    const { refusal } = error;
    if (refusal.code === 'UNKNOWN_PRODUCT' && run < PATIENT_RUNS)
      throw new ProductNotKnownYetError(refusal.productId);
    await this.refuse(orderId, flow, refusal);
  }

  async answerReserved({ orderId, flow, lines }: Reservation): Promise<void> {
    await this.publisher.publishInventoryReserved(
      { orderId, items: lines.map(toItem), reservedAt: new Date().toISOString() },
      stamp(flow),
    );
  }

  private async take(
    orderId: string,
    items: readonly Line[],
    known: Reservation | undefined,
    flow: OrderFlow,
    run: number,
  ) {
    const attempt = known?.attempt ?? FIRST_ATTEMPT;
    try {
      await this.answerReserved(await this.inventory.take(orderId, items, { held: known, flow, attempt }));
    } catch (error) {
      await this.refuseFor(error, orderId, flow, run);
    }
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

const toItem = ({ productId, quantity }: Line): Line => ({ productId, quantity });
const stamp = (flow: OrderFlow) => ({ headers: { 'x-order-flow': flow } });
