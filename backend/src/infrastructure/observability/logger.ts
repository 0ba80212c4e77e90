import { type Logger as PinoLogger, pino } from 'pino';

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

/** One JSON line per entry on standard output; `LOG_LEVEL` as pino has it. Secrets are cut by name. */
export const rootLogger: Logger = pino({
  level: process.env['LOG_LEVEL'] ?? 'info',
  base: { pid: process.pid },
  redact: { paths: SECRET_PATHS, censor: '[redacted]' },
});

export const loggerOf = (component: string): Logger => rootLogger.child({ component });
