import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

export const SIDES = ['before', 'after'] as const;
export type Side = (typeof SIDES)[number];

/** Where the kill has to strike, as the environment says it: `before commit order: …`. */
interface Target {
  readonly side: Side;
  readonly name: string;
  readonly markFile: string;
}

/**
 * What crosses out of the process. A crossing has one name for each thing that it makes true (a transaction of three
 * handlers has three), and is struck at when any of them is wanted.
 */
export class Crossings {
  private readonly seen = new Set<string>();

  private readonly seenFile: number | undefined;
  private readonly target: Target | undefined;

  private constructor(seenFile: number | undefined, target: Target | undefined) {
    this.seenFile = seenFile;
    this.target = target;
  }

  static of({ CRASH_POINTS_SEEN, CRASH_AT, CRASH_MARK }: NodeJS.ProcessEnv): Crossings {
    const seenFile = CRASH_POINTS_SEEN ? openSync(CRASH_POINTS_SEEN, 'a') : undefined;
    if (!CRASH_AT) return new Crossings(seenFile, undefined);
    const side = SIDES.find((one) => CRASH_AT.startsWith(`${one} `));
    if (!side || !CRASH_MARK)
      throw new Error(`CRASH_AT=${CRASH_AT} is not a side and a name, or has no mark.`);
    const name = CRASH_AT.slice(side.length + 1);
    return new Crossings(seenFile, { side, name, markFile: CRASH_MARK });
  }

  /** Nothing of it has left the process when `before` strikes, and nobody has been told of it when `after` does. */
  async cross<T>(names: readonly string[], act: () => Promise<T>): Promise<T> {
    this.reached('before', names);
    const answer = await act();
    this.reached('after', names);
    return answer;
  }

  reached(side: Side, names: readonly string[]): void {
    for (const name of names) this.note(name);
    if (side === this.target?.side && names.includes(this.target.name)) dieNow(this.target);
  }

  private note(name: string): void {
    if (this.seen.has(name) || this.seenFile === undefined) return;
    this.seen.add(name);
    writeSync(this.seenFile, `${name}\n`);
  }
}

function dieNow({ side, name, markFile }: Target): void {
  const mark = openSync(markFile, 'w');
  writeSync(mark, `${side} ${name}\n${process.pid}\n`);
  fsyncSync(mark);
  closeSync(mark);
  process.kill(process.pid, 'SIGKILL');
}
