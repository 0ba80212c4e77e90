import { AsyncLocalStorage } from 'node:async_hooks';

interface Run {
  readonly handler: string;
  readonly publishes: Set<string>;
}

/** What a transaction makes true, as far as it has names: who asked for it, whose runs are in it, what it appends. */
export class UnitNotes {
  readonly site: string;
  /** It is one statement, which commits by itself. */
  readonly alone: boolean;
  /** By delivery: the runs of handlers that are part of it. */
  private readonly runs = new Map<object, Run>();
  private readonly appends = new Set<string>();

  constructor(site: string, alone = false) {
    this.site = site;
    this.alone = alone;
  }

  ran(delivery: { readonly handler: string }, publishes?: string): void {
    const run = this.runs.get(delivery) ?? { handler: delivery.handler, publishes: new Set() };
    this.runs.set(delivery, run);
    if (publishes !== undefined) run.publishes.add(publishes);
  }

  appended(topics: Iterable<string>): void {
    for (const topic of topics) this.appends.add(topic);
  }

  names(): readonly string[] {
    const names = [
      ...[...this.appends].map((topic) => `commit: ${this.site}, appends to ${topic}`),
      ...[...this.runs.values()].map(({ handler, publishes }) => {
        const types = [...publishes]
          .toSorted()
          .map((type, nth) => `${nth === 0 ? ', publishes' : ' and'} ${type}`);
        return `commit: ${this.site} of ${handler}${types.join('')}`;
      }),
    ];
    return names.length > 0 ? [...new Set(names)] : [`commit: ${this.site}`];
  }
}

const current = new AsyncLocalStorage<UnitNotes>();

export const currentNotes = (): UnitNotes | undefined => current.getStore();
export const withNotes = <T>(notes: UnitNotes, work: () => T): T => current.run(notes, work);
