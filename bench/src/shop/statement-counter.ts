// Loaded into the shop before its own code: counts what it sends to PostgreSQL, by the name of its pool.
import { createRequire } from 'node:module';

/** `service` is the name that the pool of connections has at the server. */
export interface StatementCount {
  readonly service: string;
  readonly text: string;
  readonly calls: number;
}

interface Sending {
  readonly connectionParameters?: { readonly application_name?: string };
}

type Query = (this: Sending, config: unknown, ...rest: unknown[]) => unknown;

const counts = new Map<string, Map<string, number>>();

function count(service: string, text: string): void {
  const ofService = counts.get(service) ?? new Map<string, number>();
  counts.set(service, ofService);
  ofService.set(text, (ofService.get(text) ?? 0) + 1);
}

// The shop's own driver, not that of the benches.
const require = createRequire(new URL('../../../backend/dist/main.js', import.meta.url));
const prototype = require('pg').Client.prototype as { query: Query };
const { query } = prototype;
prototype.query = function (config, ...rest) {
  const text = typeof config === 'string' ? config : (config as { text?: unknown }).text;
  if (typeof text === 'string') count(this.connectionParameters?.application_name ?? 'unnamed', text);
  return query.call(this, config, ...rest);
};

process.on('message', (message) => {
  if (message !== 'statements') return;
  const all = [...counts].flatMap(([service, ofService]) =>
    [...ofService].map(([text, calls]): StatementCount => ({ service, text, calls })),
  );
  process.send?.(all);
});
process.channel?.unref();
