import type { Migrations } from '@/infrastructure/postgres/migrate';
import { appendFunctions } from './sql/append.sql';
import { groupTables } from './sql/groups.sql';
import { logTables } from './sql/log-tables.sql';
import { readFunctions } from './sql/read.sql';
import { retentionFunctions } from './sql/retention.sql';
import { segmentFunctions } from './sql/segments.sql';

export const LOG_SCHEMA = 'log';

/** The embedded log in schema `log`. Names are qualified throughout, as other schemas call `log.append` too. */
export const logMigrations: Migrations = {
  '0001-log-tables': logTables,
  '0002-segments': segmentFunctions,
  '0003-append': appendFunctions,
  '0004-read': readFunctions,
  '0005-retention': retentionFunctions,
  '0006-groups': groupTables,
};
