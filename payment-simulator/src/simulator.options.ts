import { resolve } from 'node:path';
import type { Fault } from './errors/simulator.errors.ts';
import { InvalidOptionsError } from './errors/simulator.errors.ts';

export interface SimulatorOptions {
  /** `PAYMENT_SIMULATOR_HOST`, 127.0.0.1: any process that reaches it can take and give back play money. */
  readonly host: string;
  /** `PAYMENT_SIMULATOR_PORT`, 3010; 0 takes a free one. */
  readonly port: number;
  /** `DATA_DIR`, `.data`: the simulator keeps its journal in `payment-simulator/` below it. */
  readonly dataDirectory: string;
  /** `PAYMENT_SIMULATOR_KEY_SECONDS`, 86400: how long an idempotency key keeps its answer. */
  readonly keyLifetimeMs: number;
  /** `PAYMENT_SIMULATOR_MAX_PAYMENTS`, 1000000: the bound of memory, about 1 kB a payment. */
  readonly maxPayments: number;
}

/** All faults of the environment are reported at once. */
export function readOptions(env: NodeJS.ProcessEnv): SimulatorOptions {
  const faults: Fault[] = [];
  const integer = (name: string, fallback: number, min: number, max: number): number => {
    const text = env[name];
    if (text === undefined || text === '') return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    faults.push({ path: name, message: `must be a whole number from ${min} to ${max}, not '${text}'` });
    return fallback;
  };
  const options: SimulatorOptions = {
    host: env['PAYMENT_SIMULATOR_HOST'] || '127.0.0.1',
    port: integer('PAYMENT_SIMULATOR_PORT', 3_010, 0, 65_535),
    dataDirectory: resolve(env['DATA_DIR'] || '.data', 'payment-simulator'),
    keyLifetimeMs: integer('PAYMENT_SIMULATOR_KEY_SECONDS', 86_400, 1, 31_536_000) * 1_000,
    maxPayments: integer('PAYMENT_SIMULATOR_MAX_PAYMENTS', 1_000_000, 1, 10_000_000),
  };
  if (faults.length > 0) throw new InvalidOptionsError(faults);
  return options;
}
