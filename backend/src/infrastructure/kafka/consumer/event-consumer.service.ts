import type { EventDefinition, EventEnvelope, EventType } from '@shop/contracts';
import { DuplicateHandlerError } from './consumer.errors';
import type {
  AnyBatchHandler,
  BatchHandler,
  BatchHandlerOf,
  BatchHandlerOptions,
  EventHandler,
  EventHandlerOf,
  HandlerOptions,
  HandlerRegistration,
} from './handler';
import { batchRegistrationOf, type RegistrationDefaults, registrationOf } from './handler-registration';

type Listener = (registration: HandlerRegistration) => void;
type Event = string | EventDefinition;

/** Where handlers are registered, before start-up or at any time later. */
export class EventConsumerService {
  private readonly registrations: HandlerRegistration[] = [];
  private readonly listeners = new Set<Listener>();

  constructor(private readonly defaults: RegistrationDefaults = {}) {}

  /**
   * Runs `handler` for every event of the type (or types), in order per key. A function or an object with `handle`.
   * Throws `DuplicateHandlerError` when a handler of the same name has one of the types already, and
   * `ConfigurationError` for options out of their bounds.
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
    event: Event | readonly Event[],
    handler: EventHandler<never>,
    options: HandlerOptions = {},
  ): HandlerRegistration {
    return this.add(registrationOf(typesOf(event), handler, options, this.defaults));
  }

  /**
   * Runs `handler` with many events at once: in order per key, up to `maxEvents`, fewer where fewer wait. In SQL one
   * statement for all of them is the fast way. When it fails, each event is run alone, as a batch of one.
   */
  registerBatchHandler<Type extends EventType>(
    eventType: Type | readonly Type[],
    handler: BatchHandlerOf<Type>,
    options?: BatchHandlerOptions,
  ): HandlerRegistration;
  registerBatchHandler<Type extends string, Data>(
    event: EventDefinition<Type, Data>,
    handler: BatchHandler<EventEnvelope<Type, Data>>,
    options?: BatchHandlerOptions,
  ): HandlerRegistration;
  registerBatchHandler(
    event: Event | readonly Event[],
    handler: BatchHandler<never>,
    options: BatchHandlerOptions = {},
  ): HandlerRegistration {
    return this.add(batchRegistrationOf(typesOf(event), handler as AnyBatchHandler, options, this.defaults));
  }

  handlers(): readonly HandlerRegistration[] {
    return this.registrations;
  }

  onRegistered(listener: Listener): void {
    this.listeners.add(listener);
  }

  private add(registration: HandlerRegistration): HandlerRegistration {
    this.refuseDuplicate(registration);
    this.registrations.push(registration);
    for (const listener of this.listeners) listener(registration);
    return registration;
  }

  private refuseDuplicate(added: HandlerRegistration): void {
    for (const known of this.registrations) {
      if (known.name !== added.name) continue;
      const both = known.eventTypes.find((type) => added.eventTypes.includes(type));
      if (both) throw new DuplicateHandlerError(added.name, both);
    }
  }
}

function typesOf(event: Event | readonly Event[]): readonly string[] {
  const events = (Array.isArray(event) ? event : [event]) as readonly Event[];
  return events.map((item) => (typeof item === 'string' ? item : item.eventType));
}
