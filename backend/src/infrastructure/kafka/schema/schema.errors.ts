import { CodedError, type CodedErrorOptions } from '@/infrastructure/errors/coded-error';

/** The bytes are no event: truncated, of another format, or with attributes that cannot be read. */
export class UndecodableError extends CodedError {
  readonly code = 'UNDECODABLE';
  readonly retryable = false;
}

/** The record names a schema that neither the contracts nor the registry have. */
export class UnknownSchemaError extends CodedError {
  readonly code = 'UNKNOWN_SCHEMA';
  readonly retryable = false;
}

/** Nobody has defined this event type. */
export class UnknownEventTypeError extends CodedError {
  readonly code = 'UNKNOWN_EVENT_TYPE';
  readonly retryable = false;
  override readonly status = 422;

  constructor(eventType: string) {
    super(`No event type '${eventType}' is defined; give its definition to KafkaModule's option 'events'.`);
  }
}

/** The event type does not belong to the topic. */
export class WrongTopicError extends CodedError {
  readonly code = 'WRONG_TOPIC';
  readonly retryable = false;
  override readonly status = 422;

  constructor(eventType: string, topic: string, belongsTo: string) {
    super(`'${eventType}' belongs to topic '${belongsTo}', not to '${topic}'.`);
  }
}

/** `faults` name every wrong place, such as `data.items[0].price`. */
export class InvalidEventDataError extends CodedError {
  readonly code = 'INVALID_EVENT_DATA';
  readonly retryable = false;
  override readonly status = 422;

  constructor(eventType: string, faults: NonNullable<CodedErrorOptions['faults']>) {
    const listed = faults.map(({ path, message }) => `${path} ${message}`).join('; ');
    super(`The data of '${eventType}' is not valid: ${listed}.`, { faults });
  }
}

/** More bytes than the topic's `max.message.bytes`. */
export class EventTooLargeError extends CodedError {
  readonly code = 'EVENT_TOO_LARGE';
  readonly retryable = false;
  override readonly status = 413;

  constructor(eventType: string, topic: string, bytes: number, limit: number) {
    super(`'${eventType}' takes ${bytes} bytes; '${topic}' accepts ${limit}.`);
  }
}

/** A definition that cannot work: a schema that does not parse, versions that cannot read each other, a name taken. */
export class InvalidEventDefinitionError extends CodedError {
  readonly code = 'INVALID_EVENT_DEFINITION';
  readonly retryable = false;
}

/** The schema registry does not answer, or not in a way that can be used. */
export class SchemaRegistryUnavailableError extends CodedError {
  readonly code = 'SCHEMA_REGISTRY_UNAVAILABLE';
  readonly retryable = true;
  override readonly status = 503;
}

/** The registry refused: incompatible with what it has, invalid to it, or not allowed. */
export class SchemaRejectedError extends CodedError {
  readonly code = 'SCHEMA_REJECTED';
  readonly retryable = false;

  constructor(
    message: string,
    /** HTTP status of the registry's answer. */
    readonly answered?: number,
  ) {
    super(message);
  }
}
