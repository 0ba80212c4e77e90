import { createHash } from 'node:crypto';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';

export interface EventIdentity {
  readonly source: string;
  readonly id: string;
}

const LONGEST = 400;

/**
 * What the inbox knows an event by: (source, id), which producers promise to be unique together. Long ones are
 * shortened to a digest, since a key of an index has a largest size.
 */
export function identityText({ source, id }: EventIdentity): string {
  const text = `${source.replaceAll(' ', '%20')} ${id}`;
  // No column keeps U+0000, and lists of identities are written one a line.
  return text.length <= LONGEST && !text.includes('\u0000') && !text.includes('\n')
    ? text
    : `sha256 ${createHash('sha256').update(text).digest('hex')}`;
}

/** Of a record whose producer gave none: its place in the log, which never changes. */
export function identityByPosition({ topic, partition, offset }: LogRecord): EventIdentity {
  return { source: `kafka:${topic}`, id: `${partition}-${offset}` };
}
