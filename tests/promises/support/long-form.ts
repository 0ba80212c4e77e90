import { randomInt } from 'node:crypto';

/** `npm run test:nightly` runs the same specs with more of everything. */
const long = process.env['TEST_LONG'] === '1';

export const inLongForm = <T>(short: T, nightly: T): T => (long ? nightly : short);

/** Said in the name of each random spec; `PROMISE_SEED` repeats a run. */
export const newSeed = (): number => Number(process.env['PROMISE_SEED'] ?? randomInt(1_000_000));
