import { pino } from 'pino';

const UNREADABLE = { type: 'unknown', message: 'What was thrown does not let itself be read.' };

/** As pino shows errors. Handlers throw anything, so what throws when it is read is not read. Never throws. */
export function errorForLog(thrown: unknown): unknown {
  if (typeof thrown !== 'object' || thrown === null) return thrown;
  try {
    // A copy: what reads the entry later, to cut secrets out of it, does so without a net.
    return { ...(pino.stdSerializers.err(thrown as Error) as object) };
  } catch {
    return UNREADABLE;
  }
}
