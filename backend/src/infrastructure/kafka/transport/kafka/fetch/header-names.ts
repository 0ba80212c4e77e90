interface Seen {
  readonly bytes: Buffer;
  readonly text: string;
}

const MOST_REMEMBERED = 64;
/** By place in the record: the records of a topic mostly have the same headers in the same order. */
const lastSeen: Seen[] = [];

/** A header's name as text; the same one again costs a comparison instead of a string. */
export function headerName(raw: Buffer | null | undefined, place: number): string {
  if (!raw) return '';
  const seen = lastSeen[place];
  if (seen && seen.bytes.length === raw.length && seen.bytes.equals(raw)) return seen.text;
  const text = raw.toString('utf8');
  // A copy: the bytes given are part of a whole fetch.
  if (place < MOST_REMEMBERED) lastSeen[place] = { bytes: Buffer.from(raw), text };
  return text;
}
