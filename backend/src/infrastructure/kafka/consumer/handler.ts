import type { EventEnvelope, EventType, ShopEvent } from '@shop/contracts';
import type { DeliveryContext } from '@/infrastructure/kafka/delivery/delivery-context';

export type HandlerFunction<Event> = (event: Event, context: DeliveryContext) => Promise<unknown> | unknown;

export interface HandlerObject<Event> {
  // A property, not a method: a handler that takes less than the event types it is registered for must not compile.
  readonly handle: HandlerFunction<Event>;
}

export type EventHandler<Event> = HandlerFunction<Event> | HandlerObject<Event>;

export type EventHandlerOf<Type extends EventType> = EventHandler<ShopEvent<Type>>;

/** What the engine calls, whatever shape the user gave. */
export type AnyHandler = HandlerFunction<EventEnvelope<string, unknown>>;

export interface HandlerOptions {
  /** Part of the inbox key, so it must stay when the code moves. Default: the class's or function's name. */
  readonly name?: string;
  /**
   * `transaction` (default): effects are SQL through the unit of work, which the engine opens around the handler
   * and commits together with the inbox row: one effect. `external`: effects outside SQL; the handler opens its own
   * units of work, the inbox row follows the effect: at least once, so use `context.idempotencyKey`.
   */
  readonly effects?: 'transaction' | 'external';
  /** Where a handler begins on a partition that its group has no progress on. Default `beginning`. */
  readonly from?: 'beginning' | 'now';
}

export interface HandlerRegistration {
  readonly eventTypes: readonly string[];
  readonly name: string;
  readonly options: Required<Pick<HandlerOptions, 'effects' | 'from'>>;
  readonly run: AnyHandler;
}
