import { CodedError } from '@/infrastructure/errors/coded-error';

/** The event log does not answer. What was to be appended may have been. */
export class LogUnavailableError extends CodedError {
  readonly code = 'LOG_UNAVAILABLE';
  readonly retryable = true;
  override readonly status = 503;
}

/** The log has no such topic. */
export class UnknownTopicError extends CodedError {
  readonly code = 'UNKNOWN_TOPIC';
  readonly retryable = false;
}

/** The log cannot honour a setting of the topic; it is named in the message. */
export class TopicSettingRefusedError extends CodedError {
  readonly code = 'TOPIC_SETTING_REFUSED';
  readonly retryable = false;
}

/** The record is larger than `max.message.bytes` of its topic. */
export class RecordTooLargeError extends CodedError {
  readonly code = 'RECORD_TOO_LARGE';
  readonly retryable = false;
  override readonly status = 413;
}

/** The partition belongs to another member of the group by now. */
export class OwnershipLostError extends CodedError {
  readonly code = 'OWNERSHIP_LOST';
  readonly retryable = false;
}

/** The positions of a group are set only while it has no members. */
export class GroupNotEmptyError extends CodedError {
  readonly code = 'GROUP_NOT_EMPTY';
  readonly retryable = true;
}

/** The position is before the start or behind the end of the partition. */
export class OffsetOutOfRangeError extends CodedError {
  readonly code = 'OFFSET_OUT_OF_RANGE';
  readonly retryable = false;
}

/** The connection to the log was closed by the application. */
export class TransportClosedError extends CodedError {
  readonly code = 'TRANSPORT_CLOSED';
  readonly retryable = false;
}
