import { type EventDefinition, eventDefinitions, fullName } from '@shop/contracts';
import type { Fault } from '@/infrastructure/errors/coded-error';
import { RegisteredEvent } from './registered-event';
import {
  InvalidEventDataError,
  InvalidEventDefinitionError,
  UnknownEventTypeError,
  WrongTopicError,
} from './schema.errors';

const EVENT_TYPE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/** The event types a process knows: the built-in ones and the application's own. */
export class EventRegistry {
  private readonly byType = new Map<string, RegisteredEvent>();
  private readonly byRecordName = new Map<string, RegisteredEvent>();

  /** Throws `InvalidEventDefinitionError` for a definition that cannot work. */
  constructor(own: readonly EventDefinition[] = []) {
    for (const definition of Object.values<EventDefinition>(eventDefinitions)) this.add(definition);
    for (const definition of own) {
      if (!EVENT_TYPE.test(definition.eventType)) {
        throw new InvalidEventDefinitionError(`'${definition.eventType}' is no name for an event type.`);
      }
      this.add(definition).check();
    }
  }

  all(): Iterable<RegisteredEvent> {
    return this.byType.values();
  }

  /** Throws `UnknownEventTypeError`; also for a definition that was not given at start-up. */
  definitionOf(event: string | EventDefinition): RegisteredEvent {
    const eventType = typeof event === 'string' ? event : event.eventType;
    const known = this.byType.get(eventType);
    if (!known) throw new UnknownEventTypeError(eventType);
    return known;
  }

  find(eventType: string): RegisteredEvent | undefined {
    return this.byType.get(eventType);
  }

  /** By the full name of its Avro record, for records that carry no event type. */
  findByRecordName(name: string): RegisteredEvent | undefined {
    return this.byRecordName.get(name);
  }

  checkTopic({ eventType, topic: belongsTo }: EventDefinition, topic: string): void {
    if (topic !== belongsTo) throw new WrongTopicError(eventType, topic, belongsTo);
  }

  /** Empty when the data is right. */
  validate(eventType: string, data: unknown): readonly Fault[] {
    return this.definitionOf(eventType).validate(data);
  }

  /** Throws `InvalidEventDataError` where there is no telling, because the data is wrong. */
  keyOf(definition: RegisteredEvent, data: unknown): string | null {
    let key: string | null;
    try {
      key = definition.key(data);
    } catch (error) {
      const faults = definition.validate(data);
      if (faults.length > 0) throw new InvalidEventDataError(definition.eventType, faults);
      throw error;
    }
    if (key === '') {
      throw new InvalidEventDataError(definition.eventType, [{ path: 'key', message: 'must not be empty' }]);
    }
    return key;
  }

  private add(definition: EventDefinition): RegisteredEvent {
    const { eventType, schema } = definition;
    if (this.byType.has(eventType)) {
      throw new InvalidEventDefinitionError(`Event type '${eventType}' is defined already.`);
    }
    const event = new RegisteredEvent(definition);
    this.byType.set(eventType, event);
    const newest = schema.kind === 'avro' ? schema.versions[schema.versions.length - 1] : undefined;
    if (newest) this.addRecordName(fullName(newest), event);
    return event;
  }

  private addRecordName(name: string, event: RegisteredEvent): void {
    const other = this.byRecordName.get(name);
    if (other) {
      throw new InvalidEventDefinitionError(
        `Record name '${name}' of '${event.eventType}' is that of '${other.eventType}' already.`,
      );
    }
    this.byRecordName.set(name, event);
  }
}
