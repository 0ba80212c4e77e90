import { createHash } from 'node:crypto';

/** Longest text used as a key; a B-tree entry of PostgreSQL ends at about 2,700 bytes. */
const LONGEST_KEY = 512;

/**
 * PostgreSQL keeps neither U+0000 nor half a surrogate pair. An event from elsewhere can hold them, and its effect
 * would then fail for ever, so a handler looks here first.
 */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (Array.isArray(value)) return value.every(isStorable);
  if (value === null || typeof value !== 'object') return true;
  return Object.entries(value).every(([key, entry]) => isStorable(key) && isStorable(entry));
}

export const isStorableKey = (key: string): boolean =>
  key.length > 0 && key.length <= LONGEST_KEY && isStorable(key);

/** The text itself where it can be a key, else its hash: the same key for the same text. */
export const storableKeyOf = (text: string): string =>
  isStorableKey(text) ? text : `sha256:${createHash('sha256').update(text).digest('hex')}`;
