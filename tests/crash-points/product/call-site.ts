import { basename } from 'node:path';

const DEPTH = 40;

/** What only carries a crossing: the one who wants it is further up. */
const CARRIERS = [
  '/infrastructure/postgres/database.js',
  '/infrastructure/outbox/unit-of-work.js',
  '/infrastructure/outbox/relay-door.js',
  '/transport/embedded/log-database.js',
];

export const NOBODY = '(nobody of ours)';

/** The function of the built product that is waiting for what is about to cross, as `Class.method` or `file.function`. */
export function callSite(): string {
  for (const frame of frames()) {
    const file = frame.getFileName() ?? '';
    const name = frame.getFunctionName();
    if (!file.includes('/backend/dist/') || CARRIERS.some((carrier) => file.endsWith(carrier))) continue;
    if (name === null) continue;
    const type = frame.getTypeName();
    const owner = type === null || type === 'Object' || type === 'Function' ? basename(file, '.js') : type;
    return `${owner}.${name.split('.').at(-1)}`;
  }
  return NOBODY;
}

function frames(): NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.prepareStackTrace = (_, sites) => sites;
  Error.stackTraceLimit = DEPTH;
  const sites = new Error('Where are we?').stack as unknown as NodeJS.CallSite[];
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  return sites;
}
