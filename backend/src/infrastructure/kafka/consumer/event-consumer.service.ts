import type { EventDefinition, EventEnvelope, EventType } from '@shop/contracts';
import { DuplicateHandlerError } from './consumer.errors';
import type {
  AnyHandler,
  EventHandler,
  EventHandlerOf,
  HandlerOptions,
  HandlerRegistration,
} from './handler';

type Listener = (registration: HandlerRegistration) => void;

/** Where handlers are registered, before start-up or at any time later. */
export class EventConsumerService {
  private readonly registrations: HandlerRegistration[] = [];
  private readonly listeners = new Set<Listener>();

  /**
   * Runs `handler` for every event of the type (or types), in order per key. A function or an object with `handle`.
   * Throws `DuplicateHandlerError` when a handler of the same name has one of the types already.
   */
  registerHandler<Type extends EventType>(
    eventType: Type | readonly Type[],
    handler: EventHandlerOf<Type>,
    options?: HandlerOptions,
  ): HandlerRegistration;
  registerHandler<Type extends string, Data>(
    event: EventDefinition<Type, Data>,
    handler: EventHandler<EventEnvelope<Type, Data>>,
    options?: HandlerOptions,
  ): HandlerRegistration;
  registerHandler(
    event: string | EventDefinition | readonly (string | EventDefinition)[],
    handler: EventHandler<never>,
    options: HandlerOptions = {},
  ): HandlerRegistration {
    const events = (Array.isArray(event) ? event : [event]) as readonly (string | EventDefinition)[];
    const registration: HandlerRegistration = {
      eventTypes: events.map((item) => (typeof item === 'string' ? item : item.eventType)),
      name: options.name ?? nameOf(handler),
      options: { effects: options.effects ?? 'transaction', from: options.from ?? 'beginning' },
      run: toFunction(handler as EventHandler<EventEnvelope<string, unknown>>),
    };
    this.refuseDuplicate(registration);
    this.registrations.push(registration);
    for (const listener of this.listeners) listener(registration);
    return registration;
  }

  handlers(): readonly HandlerRegistration[] {
    return this.registrations;
  }

  onRegistered(listener: Listener): void {
    this.listeners.add(listener);
  }

  private refuseDuplicate(added: HandlerRegistration): void {
    for (const known of this.registrations) {
      if (known.name !== added.name) continue;
      const both = known.eventTypes.find((type) => added.eventTypes.includes(type));
      if (both) throw new DuplicateHandlerError(added.name, both);
    }
  }
}

function toFunction(handler: EventHandler<EventEnvelope<string, unknown>>): AnyHandler {
  return typeof handler === 'function' ? handler : (event, context) => handler.handle(event, context);
}

function nameOf(handler: EventHandler<never>): string {
  const name = typeof handler === 'function' ? handler.name : handler.constructor.name;
  return name === '' || name === 'Object' ? 'handler' : name.replace(/^bound /, '');
}
