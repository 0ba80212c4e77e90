import type { SqlSession } from './sql';

/** Asks for many at once; answers in their order. */
export type ForMany<Arg, Answer> = (session: SqlSession, args: readonly Arg[]) => Promise<readonly Answer[]>;

interface Call {
  readonly arg: unknown;
  readonly answer: PromiseWithResolvers<unknown>;
}

/**
 * Makes one statement of what those who work side by side in a transaction ask for in the same turn of the event loop.
 * When it fails, it has failed for all of them. Where all who are at work have asked, no turn is waited for.
 */
export class GatheredStatements {
  private readonly calls = new Map<ForMany<unknown, unknown>, Call[]>();
  private soon: NodeJS.Immediate | undefined;
  private waiting = 0;

  constructor(
    private readonly session: SqlSession,
    /** How many are at work side by side; 0: nobody shares with anybody. */
    private readonly atWork: () => number,
  ) {}

  ask<Arg, Answer>(statement: ForMany<Arg, Answer>, arg: Arg): Promise<Answer> {
    const call: Call = { arg, answer: Promise.withResolvers() };
    const key = statement as ForMany<unknown, unknown>;
    this.calls.set(key, [...(this.calls.get(key) ?? []), call]);
    this.waiting += 1;
    if (this.atWork() === 0) this.send();
    else if (this.waiting === 1) queueMicrotask(() => this.sendSoon());
    return call.answer.promise as Promise<Answer>;
  }

  /** Those who begin in the same breath have begun by now. */
  private sendSoon(): void {
    if (this.waiting >= this.atWork()) this.send();
    else this.soon = setImmediate(() => this.send());
  }

  private send(): void {
    clearImmediate(this.soon);
    this.soon = undefined;
    this.waiting = 0;
    const all = [...this.calls];
    this.calls.clear();
    for (const [statement, calls] of all) void this.answer(statement, calls);
  }

  private async answer(statement: ForMany<unknown, unknown>, calls: readonly Call[]): Promise<void> {
    try {
      const answers = await statement(
        this.session,
        calls.map(({ arg }) => arg),
      );
      for (const [nth, { answer }] of calls.entries()) answer.resolve(answers[nth]);
    } catch (error) {
      for (const { answer } of calls) answer.reject(error);
    }
  }
}
