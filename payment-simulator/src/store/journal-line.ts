import { crc32 } from 'node:zlib';

const CHECKSUM_LENGTH = 8;

/**
 * One line holds everything one fsync made durable: `crc32 [record, …]\n`. So only the last line can be
 * unfinished after a crash, and nothing in an unfinished line was ever acknowledged.
 */
export function encodeLine(records: readonly string[]): Buffer {
  const json = `[${records.join(',')}]`;
  return Buffer.from(`${checksum(json)} ${json}\n`);
}

/** The line's records, or undefined when the line is not whole. `line` comes without its line feed. */
export function decodeLine(line: Buffer): unknown[] | undefined {
  const text = line.toString('utf8');
  const json = text.slice(CHECKSUM_LENGTH + 1);
  if (text[CHECKSUM_LENGTH] !== ' ' || text.slice(0, CHECKSUM_LENGTH) !== checksum(json)) return undefined;
  const records: unknown = JSON.parse(json);
  return Array.isArray(records) ? records : undefined;
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(CHECKSUM_LENGTH, '0');
}
