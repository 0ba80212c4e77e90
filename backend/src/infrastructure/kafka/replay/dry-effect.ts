import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { Database } from '@/infrastructure/postgres/database';
import { MutedRun } from './muted-run';
import type { ReplayPartition, StoredReplay, TableChanges } from './replay';
import { type Ending, type ItemOutcome, type PagePlan, ran, type ReplayEffect } from './replay-effect';
import { invokeInReplay, type ReplayItem } from './replay-item';
import { changesSince, tableCounters } from './table-changes';

export interface DryParts {
  readonly replay: Pick<StoredReplay, 'id'>;
  readonly database: Database;
  readonly unitOfWork: UnitOfWork;
}

/** Each event by itself on the tables as they are now; the next one does not see what it would have changed. */
export class DryEffect implements ReplayEffect {
  readonly keepsOrder = false;

  constructor(private readonly parts: DryParts) {}

  async prepare(): Promise<void> {}

  async plan(_partition: ReplayPartition, items: readonly ReplayItem[]): Promise<PagePlan> {
    return { outcomeOf: () => undefined, itemOf: (index) => items[index] as ReplayItem };
  }

  async run(item: ReplayItem): Promise<ItemOutcome> {
    const { unitOfWork, database, replay } = this.parts;
    const muted = new MutedRun(replay.id, 'dry');
    try {
      await unitOfWork.run(
        async (session) => {
          const before = await tableCounters(session);
          await invokeInReplay(item, muted.scope);
          return before;
        },
        {
          database,
          timeoutMs: item.handler.options.timeoutMs,
          instead: async (entries, session, before) => {
            muted.noteEvents(entries);
            throw new RolledBack(changesSince(before, await tableCounters(session)));
          },
        },
      );
    } catch (error) {
      if (error instanceof RolledBack) return ran({ ...muted.report, changes: error.changes });
      throw error;
    }
    throw new Error('A dry run was not rolled back.');
  }

  finish(ending: Ending): Promise<void> {
    return this.parts.database.transaction((session) => ending.end(session));
  }

  async discard(): Promise<void> {}
}

/** The run went well; nothing of it stays. */
class RolledBack extends Error {
  constructor(readonly changes: TableChanges) {
    super('rolled back');
  }
}
