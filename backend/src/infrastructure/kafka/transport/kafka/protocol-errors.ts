import { LogUnavailableError } from '../transport.errors';
import { CodedError } from '@/infrastructure/errors/coded-error';
import { KafkaRefusedError } from './kafka.errors';

/** Error codes of the Kafka protocol that we answer by more than a report. */
export const ProtocolCode = {
  NONE: 0,
  OFFSET_OUT_OF_RANGE: 1,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER_OR_FOLLOWER: 6,
  REQUEST_TIMED_OUT: 7,
  BROKER_NOT_AVAILABLE: 8,
  REPLICA_NOT_AVAILABLE: 9,
  MESSAGE_TOO_LARGE: 10,
  NETWORK_EXCEPTION: 13,
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  INVALID_TOPIC: 17,
  RECORD_LIST_TOO_LARGE: 18,
  NOT_ENOUGH_REPLICAS: 19,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 20,
  ILLEGAL_GENERATION: 22,
  UNKNOWN_MEMBER_ID: 25,
  REBALANCE_IN_PROGRESS: 27,
  TOPIC_ALREADY_EXISTS: 36,
  INVALID_PARTITIONS: 37,
  INVALID_REPLICATION_FACTOR: 38,
  INVALID_REPLICA_ASSIGNMENT: 39,
  INVALID_CONFIG: 40,
  POLICY_VIOLATION: 44,
  OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  DUPLICATE_SEQUENCE_NUMBER: 46,
  INVALID_PRODUCER_EPOCH: 47,
  KAFKA_STORAGE_ERROR: 56,
  UNKNOWN_PRODUCER_ID: 59,
  NON_EMPTY_GROUP: 68,
  GROUP_ID_NOT_FOUND: 69,
  FENCED_LEADER_EPOCH: 74,
  UNKNOWN_LEADER_EPOCH: 75,
  OFFSET_NOT_AVAILABLE: 78,
  MEMBER_ID_REQUIRED: 79,
  FENCED_INSTANCE_ID: 82,
  UNSTABLE_OFFSET_COMMIT: 88,
  THROTTLING_QUOTA_EXCEEDED: 89,
  UNKNOWN_TOPIC_ID: 100,
  INCONSISTENT_TOPIC_ID: 103,
  FENCED_MEMBER_EPOCH: 110,
  UNRELEASED_INSTANCE_ID: 111,
  STALE_MEMBER_EPOCH: 113,
} as const;

const PASSING = new Set<number>([
  ProtocolCode.UNKNOWN_TOPIC_OR_PARTITION,
  ProtocolCode.LEADER_NOT_AVAILABLE,
  ProtocolCode.NOT_LEADER_OR_FOLLOWER,
  ProtocolCode.REQUEST_TIMED_OUT,
  ProtocolCode.BROKER_NOT_AVAILABLE,
  ProtocolCode.REPLICA_NOT_AVAILABLE,
  ProtocolCode.NETWORK_EXCEPTION,
  ProtocolCode.COORDINATOR_LOAD_IN_PROGRESS,
  ProtocolCode.COORDINATOR_NOT_AVAILABLE,
  ProtocolCode.NOT_COORDINATOR,
  ProtocolCode.NOT_ENOUGH_REPLICAS,
  ProtocolCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  ProtocolCode.KAFKA_STORAGE_ERROR,
  ProtocolCode.FENCED_LEADER_EPOCH,
  ProtocolCode.UNKNOWN_LEADER_EPOCH,
  ProtocolCode.OFFSET_NOT_AVAILABLE,
  ProtocolCode.UNSTABLE_OFFSET_COMMIT,
  ProtocolCode.THROTTLING_QUOTA_EXCEEDED,
  ProtocolCode.UNKNOWN_TOPIC_ID,
  ProtocolCode.INCONSISTENT_TOPIC_ID,
]);

/** Whether the same request can succeed after a look at who leads now. */
export const isPassing = (code: number): boolean => PASSING.has(code);

/** The protocol's error code inside an error of the client; undefined for one of the connection. */
export function protocolCodeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { apiCode, errors, cause } = error as { apiCode?: unknown; errors?: unknown; cause?: unknown };
  if (typeof apiCode === 'number') return apiCode;
  for (const inner of Array.isArray(errors) ? errors : [cause]) {
    const code = protocolCodeOf(inner);
    if (code !== undefined) return code;
  }
  return undefined;
}

/** The whole answer of a broker that reported faults in parts of it. */
export function responseOf<T>(error: unknown): T | undefined {
  return (error as { response?: T } | null)?.response ?? undefined;
}

const isAuthentication = (error: unknown): boolean => /PLT_KFK_AUTHENTICATION/.test(codesOf(error).join());

function codesOf(error: unknown): unknown[] {
  if (typeof error !== 'object' || error === null) return [];
  const { code, errors, cause } = error as { code?: unknown; errors?: unknown; cause?: unknown };
  return [code, ...(Array.isArray(errors) ? errors : [cause]).flatMap(codesOf)];
}

/** One of our errors for whatever the client threw. */
export function codedError(error: unknown, doing: string): CodedError {
  if (error instanceof CodedError) return error;
  const code = protocolCodeOf(error);
  const reason = error instanceof Error ? reasonOf(error) : String(error);
  if (isAuthentication(error) || (code !== undefined && !isPassing(code))) {
    return new KafkaRefusedError(`${doing} was refused: ${reason}`, { cause: error });
  }
  return new LogUnavailableError(`${doing} failed: ${reason}`, { cause: error });
}

/** The innermost messages: the client's outer ones only count attempts. */
export function reasonOf(error: Error): string {
  const { errors, serverErrorMessage } = error as { errors?: unknown; serverErrorMessage?: unknown };
  if (typeof serverErrorMessage === 'string' && serverErrorMessage !== '') return serverErrorMessage;
  const inner = Array.isArray(errors) ? errors.filter((one) => one instanceof Error) : [];
  if (inner.length > 0) return [...new Set(inner.map(reasonOf))].join(' ');
  return error.cause instanceof Error ? `${error.message} ${error.cause.message}`.trim() : error.message;
}
