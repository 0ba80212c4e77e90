export type { KafkaAnalyticsOptions } from './analytics.options';
export { ANALYTICS_DEFAULTS } from './analytics.options';
export type {
  AnalyticsEventName,
  AnalyticsProperties,
  AnalyticsState,
  Consent,
  KafkaAnalytics,
  Loss,
  LossReason,
  TrackedEvent,
  TrackOptions,
} from './analytics.types';
export { createKafkaAnalytics } from './create-kafka-analytics';
export { closeSharedAnalytics, configureKafkaAnalytics, sharedAnalytics } from './shared-analytics';
export type { KeyValueStorage } from './storage';
export { memoryStorage } from './storage';
export { uuidV7 } from './uuid-v7';
