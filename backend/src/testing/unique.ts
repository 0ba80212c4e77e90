import { randomBytes } from 'node:crypto';

/** A name nobody else uses in this run or an earlier one, for topics and groups on a shared cluster. */
export function unique(name: string): string {
  return `${name}-${randomBytes(5).toString('hex')}`;
}
