import type { BulkJob, BulkPreview } from '@/infrastructure/kafka/dead-letters/bulk/bulk-job';
import type { DeadLetters } from '@/infrastructure/kafka/dead-letters/dead-letters';
import { DeadLetterNotFoundError } from '@/infrastructure/kafka/dead-letters/dead-letters.errors';
import { deadLettersOf } from '@/infrastructure/kafka/dead-letters/dead-letters-of';
import type { Letter, LetterDetail, LetterGroup } from '@/infrastructure/kafka/dead-letters/letter';
import type { LetterAct } from '@/infrastructure/kafka/dead-letters/letter-acts';
import type { LetterFilter } from '@/infrastructure/kafka/dead-letters/letter-filter';
import type { LetterPosition } from '@/infrastructure/kafka/dead-letters/letter-queries';
import type { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import { type BulkBody, bulkActOf } from './dead-letters.requests';
import type { LetterPage } from './merge-letters';

/** The dead letters of all services of this process. */
export class LocalDeadLetters {
  constructor(private readonly runtimes: () => readonly KafkaRuntime[]) {}

  list(filter: LetterFilter, limit: number, after: LetterPosition | undefined): Promise<LetterPage[]> {
    return Promise.all(this.all().map((letters) => letters.list(filter, limit, after)));
  }

  async groups(filter: LetterFilter): Promise<LetterGroup[]> {
    return (await Promise.all(this.all().map((letters) => letters.groups(filter)))).flat();
  }

  async find(id: string): Promise<LetterDetail | undefined> {
    const found = await Promise.all(this.all().map((letters) => letters.find(id)));
    return found.find((letter) => letter !== undefined);
  }

  /** Those that have the letter, undefined where it is not of this process. */
  async holderOf(id: string): Promise<DeadLetters | undefined> {
    const all = this.all();
    const has = await Promise.all(all.map((letters) => letters.has(id)));
    return all[has.indexOf(true)];
  }

  async act(id: string, act: LetterAct, by: string): Promise<Letter> {
    const holder = await this.holderOf(id);
    if (!holder) throw new DeadLetterNotFoundError(id);
    return holder.act(id, act, by);
  }

  async preview(body: BulkBody): Promise<BulkPreview> {
    const previews = await Promise.all(this.all().map((letters) => letters.previewBulk(selectionOf(body))));
    return sumOf(previews);
  }

  /** A part of the job for each service that has letters of it, at its share of the rate. */
  async startBulk(body: BulkBody, job: { readonly id: string; readonly total: number }, by: string) {
    const started: BulkJob[] = [];
    for (const letters of this.all()) {
      const selection = selectionOf(body);
      const { total } = await letters.previewBulk(selection);
      if (total === 0) continue;
      const rate = (body.rate * Math.min(total, job.total)) / job.total;
      started.push(await letters.startBulk({ id: job.id, selection, act: bulkActOf(body), rate, by }));
    }
    return started;
  }

  async jobs(id: string | undefined): Promise<BulkJob[]> {
    const found = await Promise.all(
      this.all().map(async (letters) => {
        if (id === undefined) return letters.listBulk();
        const job = await letters.findBulk(id);
        return job ? [job] : [];
      }),
    );
    return found.flat();
  }

  async cancelBulk(id: string, by: string): Promise<BulkJob[]> {
    const found = await Promise.all(this.all().map((letters) => letters.cancelBulk(id, by)));
    return found.filter((job) => job !== undefined);
  }

  private all(): DeadLetters[] {
    return this.runtimes()
      .filter((runtime) => runtime.stateful !== undefined)
      .map(deadLettersOf);
  }
}

const SHOWN_IDS = 20;

export function sumOf(previews: readonly BulkPreview[]): BulkPreview {
  return {
    total: previews.reduce((sum, { total }) => sum + total, 0),
    ids: previews.flatMap(({ ids }) => ids).slice(0, SHOWN_IDS),
  };
}

const selectionOf = ({ filter, ids }: BulkBody) => (ids === undefined ? { filter: filter ?? {} } : { ids });
