import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ruleFor } from './not-an-order';
import type { Flow } from './order-kinds';
import { SIDES, type Side } from './product/crossings';

export type Engine = 'embedded' | 'kafka';

export interface CrashPoint {
  readonly side: Side;
  readonly name: string;
  /** Of the orders that come to it. */
  readonly flow: Flow;
}

/**
 * Names as they are committed, one a line; orders without a saga have a list of their own, of what they cross besides.
 * `#` begins a remark; `?` a crossing that only some runs come to, because two things have to meet for it: it has its
 * name and is not waited for.
 */
export class PointList {
  readonly always: readonly string[];
  readonly sometimes: ReadonlySet<string>;
  private readonly shared: PointList | undefined;
  private readonly file: string;
  private readonly lines: readonly string[];

  constructor(
    engine: Engine,
    private readonly flow: Flow,
  ) {
    this.shared = flow === 'saga' ? undefined : new PointList(engine, 'saga');
    const name = flow === 'saga' ? engine : `${engine}-${flow}`;
    this.file = join(import.meta.dirname, 'points', `${name}.txt`);
    this.lines = existsSync(this.file) ? readFileSync(this.file, 'utf8').trimEnd().split('\n') : [];
    this.always = this.lines.filter((line) => /^[a-z]/.test(line));
    this.sometimes = new Set(
      this.lines.filter((line) => line.startsWith('? ')).map((line) => line.slice('? '.length)),
    );
  }

  /** Both sides of every name that is waited for. */
  get points(): readonly CrashPoint[] {
    const { flow } = this;
    const own = this.always.flatMap((name) => SIDES.map((side) => ({ side, name, flow })));
    return [...(this.shared?.points ?? []), ...own];
  }

  /** Crossings of orders that turned up and have no line. */
  unlisted(seen: Iterable<string>): readonly string[] {
    const known = (name: string) => this.lists(name) || this.listsPublishing(name) || ruleFor(name);
    return [...seen].filter((name) => !known(name)).toSorted();
  }

  /** Lines that always turn up, and did not. */
  missing(seen: ReadonlySet<string>): readonly string[] {
    return [...(this.shared?.missing(seen) ?? []), ...this.always.filter((name) => !seen.has(name))];
  }

  /** Takes what turned up for what always does. */
  rewrite(seen: Iterable<string>): void {
    const remarks = this.lines.filter((line) => !/^[a-z]/.test(line));
    const known = (name: string) => this.sometimes.has(name) || this.shared?.lists(name) || ruleFor(name);
    const always = [...seen].filter((name) => !known(name)).toSorted();
    writeFileSync(this.file, `${[...always, ...remarks].join('\n')}\n`);
  }

  /** After a kill events come again that the inbox knows: the transaction is the same one, and publishes nothing. */
  private listsPublishing(name: string): boolean {
    const own = [...this.always, ...this.sometimes].some((listed) =>
      listed.startsWith(`${name}, publishes `),
    );
    return own || (this.shared?.listsPublishing(name) ?? false);
  }

  private lists(name: string): boolean {
    return this.always.includes(name) || this.sometimes.has(name) || (this.shared?.lists(name) ?? false);
  }
}
