import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { JournalCorruptError, JournalFailedError } from '../errors/simulator.errors.ts';
import { decodeLine, encodeLine } from './journal-line.ts';
import type { JournalPosition, ReplayOutcome } from './journal-replay.ts';
import { replayJournal } from './journal-replay.ts';

const BATCH_LIMIT = 256;

interface PendingRecord {
  readonly json: string;
  readonly resolve: (position: JournalPosition) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Append-only file. `append` resolves when the record is on the disk (fdatasync); records that arrive while a
 * write is under way share the next one. After a failed write or sync nothing more is accepted, because what
 * the disk holds is unknown: the process has to start again and read it.
 *
 * Its queue is bounded by the requests in flight, which the server limits.
 */
export class Journal {
  readonly #file: string;
  readonly #handle: FileHandle;
  #size: number;
  #queue: PendingRecord[] = [];
  #pump: Promise<void> | undefined;
  #latest: Promise<unknown> = Promise.resolve();
  #failure: JournalFailedError | undefined;

  private constructor(file: string, handle: FileHandle, size: number) {
    this.#file = file;
    this.#handle = handle;
    this.#size = size;
  }

  static async open(
    file: string,
    apply: (record: unknown, position: JournalPosition) => void,
  ): Promise<{ journal: Journal; replay: ReplayOutcome }> {
    await (await open(file, 'a')).close();
    await syncDirectory(dirname(file));
    const replay = await replayJournal(file, apply);
    const handle = await open(file, 'r+');
    if (replay.dropped > 0) {
      await handle.truncate(replay.end);
      await handle.sync();
    }
    return { journal: new Journal(file, handle, replay.end), replay };
  }

  get size(): number {
    return this.#size;
  }

  append(record: unknown): Promise<JournalPosition> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const appended = new Promise<JournalPosition>((resolve, reject) => {
      this.#queue.push({ json: JSON.stringify(record), resolve, reject });
      this.#pump ??= this.#drain();
    });
    this.#latest = appended;
    return appended;
  }

  /** Resolves when all that was appended before the call is on the disk. */
  async settled(): Promise<void> {
    await this.#latest;
  }

  async read(position: JournalPosition): Promise<unknown> {
    const line = Buffer.alloc(position.length);
    const { bytesRead } = await this.#handle.read(line, 0, position.length, position.offset);
    const record = bytesRead === position.length ? decodeLine(line)?.[position.index] : undefined;
    if (record === undefined) throw new JournalCorruptError(this.#file, position.offset);
    return record;
  }

  async close(): Promise<void> {
    await this.#pump;
    await this.#handle.close();
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, BATCH_LIMIT);
      try {
        const line = encodeLine(batch.map(({ json }) => json));
        const offset = this.#size;
        await this.#write(line);
        batch.forEach(({ resolve }, index) => resolve({ offset, length: line.length - 1, index }));
      } catch (cause) {
        this.#failure = new JournalFailedError(this.#file, cause);
        for (const { reject } of [...batch, ...this.#queue.splice(0)]) reject(this.#failure);
      }
    }
    this.#pump = undefined;
  }

  async #write(line: Buffer): Promise<void> {
    let written = 0;
    while (written < line.length) {
      const { bytesWritten } = await this.#handle.write(
        line,
        written,
        line.length - written,
        this.#size + written,
      );
      written += bytesWritten;
    }
    await this.#handle.datasync();
    this.#size += line.length;
  }
}

async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
