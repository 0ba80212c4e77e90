import { createReadStream } from 'node:fs';
import { JournalCorruptError } from '../errors/simulator.errors.ts';
import { decodeLine } from './journal-line.ts';

/** Where a record stands: its line, and its place in it. */
export interface JournalPosition {
  readonly offset: number;
  readonly length: number;
  readonly index: number;
}

export interface ReplayOutcome {
  /** Bytes up to the end of the last whole line; what follows is an unfinished write. */
  readonly end: number;
  readonly dropped: number;
}

const LINE_FEED = 0x0a;

/** Feeds every record to `apply`, in order. A broken line with whole ones after it is refused, not skipped. */
export async function replayJournal(
  file: string,
  apply: (record: unknown, position: JournalPosition) => void,
): Promise<ReplayOutcome> {
  let broken: number | undefined;
  let end = 0;
  let size = 0;
  for await (const { line, offset, terminated } of linesOf(file)) {
    size = offset + line.length + (terminated ? 1 : 0);
    const records = terminated ? decodeLine(line) : undefined;
    if (records === undefined) {
      broken ??= offset;
      continue;
    }
    if (broken !== undefined) throw new JournalCorruptError(file, broken);
    records.forEach((record, index) => apply(record, { offset, length: line.length, index }));
    end = size;
  }
  return { end, dropped: size - end };
}

interface Line {
  readonly line: Buffer;
  readonly offset: number;
  readonly terminated: boolean;
}

async function* linesOf(file: string): AsyncGenerator<Line> {
  let offset = 0;
  let parts: Buffer[] = [];
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let feed = chunk.indexOf(LINE_FEED); feed !== -1; feed = chunk.indexOf(LINE_FEED, from)) {
      const line = Buffer.concat([...parts, chunk.subarray(from, feed)]);
      yield { line, offset, terminated: true };
      offset += line.length + 1;
      parts = [];
      from = feed + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  if (parts.length > 0) yield { line: Buffer.concat(parts), offset, terminated: false };
}
