import type { Line, Refusal, ReservationStatus } from './reservation';

export type OrderFlow = 'saga' | 'choreography';

export interface Reservation {
  readonly orderId: string;
  readonly status: ReservationStatus;
  readonly flow: OrderFlow;
  /** Rises when the order takes stock anew; the movements of each attempt are its own. */
  readonly attempt: number;
  readonly lines: readonly Line[];
  /** Why it has failed; of one that is released: why no later attempt may take stock either. */
  readonly failure: Refusal | null;
}

export interface StockLevel {
  readonly productId: string;
  readonly available: number;
  readonly reserved: number;
  readonly lowThreshold: number;
  readonly version: number;
  readonly updatedAt: Date;
}

/** `sale` takes what was reserved out of the house; `release` brings back what was reserved or sold. */
export type MovementKind = 'reserve' | 'release' | 'sale';

/** Change of (available, reserved) by one piece. */
export interface Effect {
  readonly available: -1 | 0 | 1;
  readonly reserved: -1 | 0 | 1;
}

export interface Movement extends Line {
  readonly orderId: string;
  readonly kind: MovementKind;
  readonly attempt: number;
}

/**
 * What a transaction knows under its locks of some orders and products, and what it makes of them. Each change counts
 * for those after it at once; nothing is stored before the book is written.
 */
export class StockBook {
  readonly movements: Movement[] = [];
  private readonly reservations: Map<string, Reservation>;
  private readonly levels: Map<string, StockLevel>;
  private readonly saved = new Set<string>();
  private readonly moved = new Set<string>();

  constructor(
    reservations: readonly Reservation[],
    levels: readonly StockLevel[],
    /** By the database's clock, under the locks. */
    readonly now: Date,
  ) {
    this.reservations = new Map(reservations.map((one) => [one.orderId, one]));
    this.levels = new Map(levels.map((one) => [one.productId, one]));
  }

  reservation(orderId: string): Reservation | undefined {
    return this.reservations.get(orderId);
  }

  /** Undefined for a product that nobody has told of. */
  available(productId: string): number | undefined {
    return this.levels.get(productId)?.available;
  }

  keep(reservation: Reservation): void {
    this.reservations.set(reservation.orderId, reservation);
    this.saved.add(reservation.orderId);
  }

  /** The levels after it. Throws for a product that is not in the book. */
  move(
    kind: MovementKind,
    { orderId, attempt, lines }: Pick<Reservation, 'orderId' | 'attempt' | 'lines'>,
    effect: Effect,
  ): readonly StockLevel[] {
    return lines.map(({ productId, quantity }) => {
      const level = this.levels.get(productId);
      if (!level) throw new Error(`Product '${productId}' was not opened with the others.`);
      const after = {
        ...level,
        available: level.available + effect.available * quantity,
        reserved: level.reserved + effect.reserved * quantity,
        version: level.version + 1,
        updatedAt: this.now,
      };
      this.levels.set(productId, after);
      this.moved.add(productId);
      this.movements.push({ orderId, productId, kind, attempt, quantity });
      return after;
    });
  }

  get changedReservations(): readonly Reservation[] {
    return [...this.saved].flatMap((id) => this.reservations.get(id) ?? []);
  }

  get changedLevels(): readonly StockLevel[] {
    return [...this.moved].flatMap((id) => this.levels.get(id) ?? []);
  }
}
