interface SeenName {
  readonly bytes: Buffer;
  readonly text: string;
}

const MOST_REMEMBERED = 64;
/** By place in the record: the records of a topic mostly have the same headers in the same order. */
const lastSeen: SeenName[] = [];

/** A header's name as text; the same one again costs a comparison instead of a string. */
export function headerName(bytes: Buffer, from: number, length: number, place: number): string {
  const seen = lastSeen[place];
  if (seen && isAt(bytes, from, length, seen.bytes)) return seen.text;
  const text = asName(bytes.toString('utf8', from, from + length));
  // A copy: these bytes are part of a whole fetch.
  if (place < MOST_REMEMBERED)
    lastSeen[place] = { bytes: Buffer.from(bytes.subarray(from, from + length)), text };
  return text;
}

function isAt(bytes: Buffer, from: number, length: number, name: Buffer): boolean {
  if (name.length !== length) return false;
  for (let at = 0; at < length; at++) if (bytes[from + at] !== name[at]) return false;
  return true;
}

/** Names of properties are kept once by the engine, so that comparing them is comparing addresses. */
const asName = (text: string): string => Object.keys({ [text]: true })[0] ?? text;
