import { AsyncLocalStorage } from 'node:async_hooks';

/** Where a handled event came from, beside the event itself. */
export interface DeliveryContext {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** The event's key: the order's id on the order's topics. */
  readonly key: string | null;
  /** 1 for the first run, counted by this process. */
  readonly attempt: number;
  readonly group: string;
  readonly handler: string;
  /** Stable over repeated runs of the same event by the same handler; for calls outside PostgreSQL. */
  readonly idempotencyKey: string;
  /** The record's headers that are not the event's own (`ce_*`, content-type), last one wins, as text. */
  readonly headers: Readonly<Record<string, string>>;
  /** Present while the event is replayed. */
  readonly replay?: ReplayScope;
}

/** A replay as a handler and its ports see it. */
export interface ReplayScope {
  readonly id: string;
  readonly mode: 'fill' | 'rebuild' | 'dry';
  /** Present where nothing may happen outside of the database: notes what would have happened there. */
  readonly mute?: (call: string) => void;
}

/** What links events into one story; travels from a request or a handled event to what is published within. */
export interface Causality {
  readonly correlationId: string;
  readonly causationId?: string;
  readonly traceparent?: string;
}

interface Surroundings {
  readonly causality?: Causality | undefined;
  readonly delivery?: DeliveryContext | undefined;
}

const surroundings = new AsyncLocalStorage<Surroundings>();

export const currentCausality = (): Causality | undefined => surroundings.getStore()?.causality;
export const runWithCausality = <T>(causality: Causality, work: () => T): T =>
  surroundings.run({ ...surroundings.getStore(), causality }, work);

/** The delivery whose handler is running, undefined outside of one. */
export const currentDelivery = (): DeliveryContext | undefined => surroundings.getStore()?.delivery;
export const runWithDelivery = <T>(delivery: DeliveryContext, work: () => T): T =>
  surroundings.run({ ...surroundings.getStore(), delivery }, work);

/** Both at once, and nothing of what was around before. */
export const runDelivered = <T>(delivery: DeliveryContext, causality: Causality, work: () => T): T =>
  surroundings.run({ delivery, causality }, work);
