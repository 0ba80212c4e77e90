import { type Logger as PinoLogger, pino } from 'pino';
import { errorForLog } from './error-for-log';

export type Logger = PinoLogger;

const SECRET_PATHS = [
  'password',
  '*.password',
  'authorization',
  '*.authorization',
  'headers.authorization',
  'req.headers.authorization',
  'req.headers.cookie',
  'accessToken',
  '*.accessToken',
];

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export const DEFAULT_LOG_LEVEL = 'info';

// A level that does not exist is reported with the other faults of the configuration, which needs a logger.
const wanted = process.env['LOG_LEVEL'] ?? '';
const level = LOG_LEVELS.find((known) => known === wanted.trim()) ?? DEFAULT_LOG_LEVEL;

/** One JSON line per entry on standard output; `LOG_LEVEL` as pino has it. Secrets are cut by name. */
const rootLogger: Logger = pino({
  level,
  base: { pid: process.pid },
  serializers: { err: errorForLog },
  redact: { paths: SECRET_PATHS, censor: '[redacted]' },
});

export const loggerOf = (component: string): Logger => rootLogger.child({ component });
