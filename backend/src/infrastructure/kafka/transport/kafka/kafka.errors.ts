import { CodedError } from '@/infrastructure/errors/coded-error';

/** The options of the Kafka adapter contradict each other. */
export class KafkaOptionsError extends CodedError {
  readonly code = 'KAFKA_OPTIONS';
  readonly retryable = false;
}

/** A broker refused a request for a reason that repeating it does not change, such as missing rights. */
export class KafkaRefusedError extends CodedError {
  readonly code = 'KAFKA_REFUSED';
  readonly retryable = false;
}

/** Another process joined the group under the same instance id; this member has ended. */
export class InstanceFencedError extends CodedError {
  readonly code = 'GROUP_INSTANCE_FENCED';
  readonly retryable = false;
}
