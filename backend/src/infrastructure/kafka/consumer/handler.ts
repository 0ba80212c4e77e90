import type { EventEnvelope, EventType, ShopEvent } from '@shop/contracts';
import type { z } from 'zod';
import type { DeliveryContext } from '@/infrastructure/kafka/delivery/delivery-context';
import type {
  HandlerDeliveryOptions,
  handlerDeliveryOptions,
} from '@/infrastructure/kafka/delivery/delivery.options';

export type HandlerFunction<Event> = (event: Event, context: DeliveryContext) => Promise<unknown> | unknown;

export interface HandlerObject<Event> {
  // A property, not a method: a handler that takes less than the event types it is registered for must not compile.
  readonly handle: HandlerFunction<Event>;
}

export type EventHandler<Event> = HandlerFunction<Event> | HandlerObject<Event>;

export type EventHandlerOf<Type extends EventType> = EventHandler<ShopEvent<Type>>;

/** One event of a batch and where it came from. */
export interface Delivered<Event> {
  readonly event: Event;
  readonly context: DeliveryContext;
  /** Runs `work` so that what it publishes is caused by this event; outside of it, by the first of the batch. */
  readonly within: <T>(work: () => T) => T;
}

/** Gets several events at once: in order per key, of one subscription. All of them have their effect, or none has. */
export type BatchHandler<Event> = (batch: readonly Delivered<Event>[]) => Promise<unknown> | unknown;

export type BatchHandlerOf<Type extends EventType> = BatchHandler<ShopEvent<Type>>;

/** What the engine calls, whatever shape the user gave. */
export type AnyHandler = HandlerFunction<EventEnvelope<string, unknown>>;
export type AnyBatchHandler = BatchHandler<EventEnvelope<string, unknown>>;

export interface HandlerOptions extends z.input<typeof handlerDeliveryOptions> {
  /** Part of the inbox key, so it must stay when the code moves. Default: the class's or function's name. */
  readonly name?: string;
  /**
   * `transaction` (default): effects are SQL through the unit of work, which the engine opens around the handler
   * and commits together with the inbox row: one effect. Several events may share it, so what is not SQL belongs into
   * an `external` handler: effects outside SQL; it opens its own units of work, the inbox row follows the effect: at
   * least once, so use `context.idempotencyKey`.
   */
  readonly effects?: 'transaction' | 'external';
  /**
   * True: its rows belong to the event's key, or it changes others by single statements alone. The events of other keys
   * in the same transaction then run between its statements, which share their way to the database. Not for a handler
   * that reads a row of several keys and writes what it made of it: a row lock holds nobody off in its own transaction.
   */
  readonly interleaves?: boolean;
  /** Where a handler begins on a partition that it has no progress on. Default `beginning`. */
  readonly from?: 'beginning' | 'now';
  /** A consumer group of its own, `<group>.<handler>`: neither waits for the service's other handlers nor holds them. */
  readonly independent?: boolean;
  /** Empties what the handler writes to, as a unit of work; without it a replay cannot rebuild. */
  readonly reset?: () => Promise<unknown>;
  /** Tables that only this handler writes to: a rebuild makes their rows anew beside the old ones. */
  readonly rebuilds?: readonly string[];
}

export interface BatchHandlerOptions extends HandlerOptions {
  /** Most events of one call; default 500. Fewer come where fewer wait. */
  readonly maxEvents?: number;
}

export interface HandlerRegistration {
  readonly eventTypes: readonly string[];
  readonly name: string;
  readonly options: HandlerDeliveryOptions & {
    readonly effects: 'transaction' | 'external';
    readonly from: 'beginning' | 'now';
    readonly interleaves: boolean;
    readonly independent: boolean;
    /** Said by the user, not by default; a replay asks for it. */
    readonly effectsDeclared: boolean;
    readonly reset?: () => Promise<unknown>;
    readonly rebuilds?: readonly string[];
  };
  readonly run: AnyHandler;
  /** Present where the handler takes several events at once; `run` is then the batch of one. */
  readonly batch?: { readonly run: AnyBatchHandler; readonly maxEvents: number };
}
