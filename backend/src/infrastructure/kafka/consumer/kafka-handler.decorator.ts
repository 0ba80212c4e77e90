import 'reflect-metadata';
import type { EventDefinition, EventEnvelope, EventType, ShopEvent } from '@shop/contracts';
import type { HandlerFunction, HandlerObject, HandlerOptions } from './handler';

export const KAFKA_HANDLER = Symbol('kafka-handler');

export type HandledEvent = EventType | EventDefinition;

/** The event that a handler of this type, or of this definition, gets; of several, the union. */
export type EventOf<Handled extends HandledEvent> = Handled extends EventType
  ? ShopEvent<Handled>
  : Handled extends EventDefinition<infer Type, infer Data>
    ? EventEnvelope<Type, Data>
    : never;

/** Fits a class whose `handle` takes the event, or a method that does; anything else does not compile. */
export interface HandlerDecorator<Event> {
  <Host extends abstract new (...dependencies: never[]) => HandlerObject<Event>>(host: Host): void;
  <Method extends HandlerFunction<Event>>(
    host: object,
    name: string | symbol,
    method: TypedPropertyDescriptor<Method>,
  ): void;
}

export interface HandlerDeclaration {
  /** Undefined: the class's own `handle`. */
  readonly method?: string | symbol;
  readonly events: readonly HandledEvent[];
  readonly options: HandlerOptions;
}

/**
 * On a provider class with `handle(event)`, or on a method of a provider: registers it for the event types with the
 * `EventConsumerService` of its module.
 */
export function KafkaHandler<const Handled extends HandledEvent>(
  events: Handled | readonly Handled[],
  options: HandlerOptions = {},
): HandlerDecorator<EventOf<Handled>> {
  const list: readonly HandledEvent[] = Array.isArray(events) ? events : [events as Handled];
  return (target: object, method?: string | symbol) => {
    const host = method === undefined ? target : target.constructor;
    const known = handlerDeclarations(host);
    const declaration = { ...(method === undefined ? {} : { method }), events: list, options };
    Reflect.defineMetadata(KAFKA_HANDLER, [...known, declaration], host);
  };
}

export function handlerDeclarations(host: object): readonly HandlerDeclaration[] {
  return Reflect.getOwnMetadata(KAFKA_HANDLER, host) ?? [];
}
