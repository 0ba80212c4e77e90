/** What an application needs of the module. Everything else in these folders may change without notice. */
import 'reflect-metadata';

export type { Account, AccountFigures, OffsetRange, PartitionAccount } from './accounting/account';
export { Accounting } from './accounting/accounting';
export { NoAccountsError } from './accounting/accounting.errors';
export type { AuditFault, AuditFinding, AuditProgress, AuditReport } from './accounting/audit/audit-finding';
export type * from '@shop/contracts';
export { defineEvent, dlqOf, eventTypes, topicNames, topicOf } from '@shop/contracts';
export { HandlerTimeoutError } from '@/infrastructure/concurrency/time-out.errors';
export { ConfigurationError } from '@/infrastructure/config/configuration.error';
export { CodedError, type Fault } from '@/infrastructure/errors/coded-error';
export { NoUnitOfWorkError } from '@/infrastructure/outbox/outbox.errors';
export { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
export { DatabaseUnavailableError } from '@/infrastructure/postgres/database.errors';
export type { ForMany } from '@/infrastructure/postgres/gathered-statements';
export type { Migrations } from '@/infrastructure/postgres/migrate';
export { sql, type SqlQuery, type SqlSession } from '@/infrastructure/postgres/sql';
export { CircuitOpenError, DependencyError } from './breaker/breaker.errors';
export { type BreakerReport, Breakers } from './breaker/breakers';
export type { DependencyBreaker, DependencyOptions } from './breaker/dependency-breaker';
export { isHeldByBreaker } from './breaker/dependency-failures';
export { DuplicateHandlerError } from './consumer/consumer.errors';
export { EventConsumerService } from './consumer/event-consumer.service';
export type {
  BatchHandler,
  BatchHandlerOf,
  BatchHandlerOptions,
  Delivered,
  EventHandler,
  EventHandlerOf,
  HandlerFunction,
  HandlerObject,
  HandlerOptions,
  HandlerRegistration,
} from './consumer/handler';
export { type EventOf, KafkaHandler } from './consumer/kafka-handler.decorator';
export type { BulkAct, BulkJob, BulkRequest, Selection } from './dead-letters/bulk/bulk-job';
export { DeadLetters, type DecisionListener } from './dead-letters/dead-letters';
export {
  DeadLetterDecidedError,
  DeadLetterNotFoundError,
  EditRefusedError,
} from './dead-letters/dead-letters.errors';
export type { Edit } from './dead-letters/edit/edit-letter';
export type { Letter, LetterDetail, LetterGroup, LetterStatus } from './dead-letters/letter';
export type { LetterAct } from './dead-letters/letter-acts';
export type { LetterFilter } from './dead-letters/letter-filter';
export { type DeliveryContext, currentDelivery } from './delivery/delivery-context';
export { HealthModule } from './health/health.module';
export { type HealthReport, type KafkaHealthMetrics, reportHealth } from './health/kafka-health';
export { KafkaConnections } from './kafka-connections';
export { KafkaModule, type KafkaModuleAsyncOptions } from './kafka.module';
export type { DatabaseSettings, KafkaModuleOptions, TopicConfig } from './kafka.options';
export { KafkaRuntimes } from './kafka-runtimes';
export { currentReplay, muteInReplay } from './replay/mute-in-replay';
export {
  type BatchItem,
  EventPublisherService,
  type PublishedEvent,
  type PublishOptions,
} from './publisher/event-publisher.service';
export {
  EventTooLargeError,
  InvalidEventDataError,
  InvalidEventDefinitionError,
  SchemaRegistryUnavailableError,
  SchemaRejectedError,
  UndecodableError,
  UnknownEventTypeError,
  UnknownSchemaError,
  WrongTopicError,
} from './schema/schema.errors';
export {
  LogUnavailableError,
  RecordTooLargeError,
  TopicSettingRefusedError,
  UnknownTopicError,
} from './transport/transport.errors';
export { NoDatabaseError } from './without-database';
