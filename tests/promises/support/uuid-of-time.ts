import { randomUUIDv7 } from 'node:crypto';

/** A UUIDv7 as it would have been made at that time, in ms. */
export function uuidOfTime(ms: number): string {
  const hex = Math.trunc(ms).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}${randomUUIDv7().slice(13)}`;
}
