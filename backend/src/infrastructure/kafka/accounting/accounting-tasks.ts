import type { BackgroundTask, KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import { loggerOf } from '@/infrastructure/observability/logger';
import type { Metrics } from '@/infrastructure/observability/metrics';
import { AccountGauges } from './account-gauges';
import { accountSourceOf } from './account-source';
import { Accountant } from './accountant';
import { LetterCounts } from './letter-counts';
import { SegmentPruning } from './segment-pruning';

/** What keeps the accounts of a runtime with a database in sight, and in bounds. */
export function accountingTasks(runtime: KafkaRuntime, metrics: Metrics): readonly BackgroundTask[] {
  const source = accountSourceOf(runtime);
  const logger = loggerOf(`accounting.${source.database.schema}`);
  return [
    new AccountGauges(new Accountant(source), source.log, metrics, logger),
    new LetterCounts(source.database, metrics, logger),
    new SegmentPruning(source, logger),
  ];
}
