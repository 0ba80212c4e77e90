/** What a saga of one's own needs; `examples/add-a-saga` shows it. */
export {
  type ForwardStep,
  type LocalStep,
  messageOf,
  type Refusal,
  type RemoteStep,
  type RetryPolicy,
  type SagaDefinition,
  type SagaMessage,
  type SagaStep,
} from './saga-definition';
export { SagaEngine, type SagaListener } from './saga-engine';
export { sagaMigrations } from './saga.migrations';
export { sagaProviders, type SagaRegistration } from './saga.providers';
export { type SagaHistoryEntry, SagaQueries, type SagaView } from './saga-queries';
export { sagaId } from './saga-store';
export { SagaWatch } from './saga-watch';
