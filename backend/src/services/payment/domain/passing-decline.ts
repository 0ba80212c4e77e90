import { passingDeclines } from '@shop/contracts';
import type { Refusal } from './payment';

/** The attempt has failed for good, and a new one may be made. */
export const isPassing = (failure: Refusal | null): boolean =>
  failure !== null && passingDeclines.includes(failure.code);
