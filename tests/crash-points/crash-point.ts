import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ruleFor } from './not-an-order';
import { SIDES, type Side } from './product/crossings';

export interface CrashPoint {
  readonly side: Side;
  readonly name: string;
}

/**
 * Names as they are committed, one a line. `#` begins a remark; `?` a crossing that only some runs come to, because two
 * things have to meet for it: it has its name and is not waited for.
 */
export class PointList {
  readonly always: readonly string[];
  readonly sometimes: ReadonlySet<string>;
  private readonly file: string;
  private readonly lines: readonly string[];

  constructor(name: string) {
    this.file = join(import.meta.dirname, 'points', `${name}.txt`);
    this.lines = existsSync(this.file) ? readFileSync(this.file, 'utf8').trimEnd().split('\n') : [];
    this.always = this.lines.filter((line) => /^[a-z]/.test(line));
    this.sometimes = new Set(
      this.lines.filter((line) => line.startsWith('? ')).map((line) => line.slice('? '.length)),
    );
  }

  get points(): readonly CrashPoint[] {
    return this.always.flatMap((name) => SIDES.map((side) => ({ side, name })));
  }

  /** Crossings of orders that turned up and have no line. */
  unlisted(seen: Iterable<string>): readonly string[] {
    const listed = new Set([...this.always, ...this.sometimes]);
    return [...seen].filter((name) => !listed.has(name) && !ruleFor(name)).toSorted();
  }

  /** Lines that always turn up, and did not. */
  missing(seen: ReadonlySet<string>): readonly string[] {
    return this.always.filter((name) => !seen.has(name));
  }

  /** Takes what turned up for what always does. */
  rewrite(seen: Iterable<string>): void {
    const remarks = this.lines.filter((line) => !/^[a-z]/.test(line));
    const always = [...seen].filter((name) => !this.sometimes.has(name) && !ruleFor(name)).toSorted();
    writeFileSync(this.file, `${[...always, ...remarks].join('\n')}\n`);
  }
}
