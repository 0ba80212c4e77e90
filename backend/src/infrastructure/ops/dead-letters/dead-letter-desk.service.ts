import { randomUUIDv7 } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { encodeCursor, type Page } from '@/infrastructure/http/page';
import type { BulkJob, BulkPreview } from '@/infrastructure/kafka/dead-letters/bulk/bulk-job';
import { DeadLetterNotFoundError } from '@/infrastructure/kafka/dead-letters/dead-letters.errors';
import { deadLettersOf } from '@/infrastructure/kafka/dead-letters/dead-letters-of';
import type { EditedValue } from '@/infrastructure/kafka/dead-letters/edit/edit-letter';
import type { Letter, LetterDetail, LetterGroup } from '@/infrastructure/kafka/dead-letters/letter';
import type { LetterAct } from '@/infrastructure/kafka/dead-letters/letter-acts';
import type { LetterFilter } from '@/infrastructure/kafka/dead-letters/letter-filter';
import { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import { auditBy } from '../operator-audit';
import type { OpsCaller } from '../ops-caller';
import { OpsPeers } from '../ops-peers';
import { auditBulkActs, auditDecisions } from './dead-letter-audit';
import { BulkJobNotFoundError } from './bulk-job.errors';
import type { BulkBody } from './dead-letters.requests';
import { LocalDeadLetters, sumOf } from './local-dead-letters';
import { mergeJobs } from './merge-jobs';
import { mergeLetters, positionOf, positionText } from './merge-letters';

export type Scope = 'all' | 'local';

/** A list of several processes; services whose process did not answer are named. */
export interface OpsPage<Item> extends Page<Item> {
  readonly unreachable: readonly string[];
}

const PATH = '/ops/api/dead-letters';

const withId = <Item extends { readonly id: string }>() =>
  z.custom<Item>((value) => typeof (value as { id?: unknown } | null)?.id === 'string');
const letterPage = z.object({ items: z.array(withId<Letter>()), nextCursor: z.string().nullable() });
const groupPage = z.object({ items: z.array(z.custom<LetterGroup>()) });
const preview = z.object({ total: z.int(), ids: z.array(z.string()) });
const jobPage = z.object({ items: z.array(withId<BulkJob>()) });
const editPreview = z.custom<EditPreview>();

export type EditPreview = Omit<EditedValue, 'value'> & { readonly valueBase64: string };

/** The dead letters of every process: this one's, and by their own routes the others'. */
@Injectable()
export class DeadLetterDesk implements OnModuleInit {
  private readonly local: LocalDeadLetters;

  constructor(
    @Inject(KafkaRuntimes) private readonly runtimes: KafkaRuntimes,
    @Inject(OpsPeers) private readonly peers: OpsPeers,
  ) {
    this.local = new LocalDeadLetters(() => runtimes.all());
  }

  /** Before the first job goes on, which is at the bootstrap. */
  onModuleInit(): void {
    for (const runtime of this.runtimes.all()) {
      if (!runtime.stateful) continue;
      const record = auditBy(runtime.publisher);
      const letters = deadLettersOf(runtime);
      letters.onDecision(auditDecisions(record));
      letters.onBulkAct(auditBulkActs(record));
    }
  }

  async list(
    caller: OpsCaller,
    scope: Scope,
    filter: LetterFilter,
    limit: number,
    position: string | undefined,
  ): Promise<OpsPage<Letter>> {
    const cursor = position === undefined ? undefined : encodeCursor(position);
    const query = { ...filter, limit, cursor };
    const [own, { answers, unreachable }] = await Promise.all([
      this.local.list(filter, limit, position === undefined ? undefined : positionOf(position)),
      this.ask(scope, caller, { path: PATH, query }, letterPage),
    ]);
    const others = answers.map(({ items, nextCursor }) => ({ items, more: nextCursor !== null }));
    const { items, more } = mergeLetters([...own, ...others], limit);
    const last = items.at(-1);
    return { items, nextCursor: more && last ? encodeCursor(positionText(last)) : null, unreachable };
  }

  async groups(caller: OpsCaller, scope: Scope, filter: LetterFilter): Promise<OpsPage<LetterGroup>> {
    const [own, { answers, unreachable }] = await Promise.all([
      this.local.groups(filter),
      this.ask(scope, caller, { path: `${PATH}/groups`, query: { ...filter } }, groupPage),
    ]);
    const items = [...own, ...answers.flatMap(({ items }) => items)].toSorted((a, b) => b.count - a.count);
    return { items, nextCursor: null, unreachable };
  }

  async show(caller: OpsCaller, scope: Scope, id: string): Promise<LetterDetail> {
    const found =
      (await this.local.find(id)) ??
      (await this.elsewhere(scope, caller, { path: `${PATH}/${id}` }, withId<LetterDetail>()));
    if (!found) throw new DeadLetterNotFoundError(id);
    return found;
  }

  /** `body` is the act as it came, for the process that has the letter. */
  async act(caller: OpsCaller, scope: Scope, id: string, act: LetterAct, body: unknown): Promise<Letter> {
    const holder = await this.local.holderOf(id);
    if (holder) return holder.act(id, act, caller.operator);
    const request = { method: 'POST', path: `${PATH}/${id}/${act.kind}`, body } as const;
    const done = await this.elsewhere(scope, caller, request, withId<Letter>());
    if (!done) throw new DeadLetterNotFoundError(id);
    return done;
  }

  async previewEdit(
    caller: OpsCaller,
    scope: Scope,
    id: string,
    act: Extract<LetterAct, { kind: 'edit' }>,
    body: unknown,
  ): Promise<EditPreview> {
    const holder = await this.local.holderOf(id);
    if (holder) {
      const { value, ...shown } = await holder.previewEdit(id, act.edit);
      return { ...shown, valueBase64: value.toString('base64') };
    }
    const request = { method: 'POST', path: `${PATH}/${id}/edit`, body } as const;
    const shown = await this.elsewhere(scope, caller, request, editPreview);
    if (!shown) throw new DeadLetterNotFoundError(id);
    return shown;
  }

  async previewBulk(
    caller: OpsCaller,
    scope: Scope,
    body: BulkBody,
  ): Promise<BulkPreview & { readonly unreachable: readonly string[] }> {
    const request = { method: 'POST', path: `${PATH}/bulk`, body: { ...body, dryRun: true } } as const;
    const [own, { answers, unreachable }] = await Promise.all([
      this.local.preview(body),
      this.ask(scope, caller, request, preview),
    ]);
    return { ...sumOf([own, ...answers]), unreachable };
  }

  /** This process's part of a job that another one has begun. */
  startPart(caller: OpsCaller, body: BulkBody, job: NonNullable<BulkBody['job']>): Promise<BulkJob[]> {
    return this.local.startBulk(body, job, caller.operator);
  }

  /** Undefined where no letter was chosen. */
  async startBulk(caller: OpsCaller, body: BulkBody) {
    const { total, unreachable: silent } = await this.previewBulk(caller, 'all', body);
    if (total === 0) return { job: undefined, unreachable: silent };
    const job = { id: randomUUIDv7(), total };
    const own = await this.local.startBulk(body, job, caller.operator);
    const request = { method: 'POST', path: `${PATH}/bulk`, body: { ...body, job } } as const;
    const { answers, unreachable } = await this.ask('all', caller, request, jobPage);
    const [started] = mergeJobs([...own, ...answers.flatMap(({ items }) => items)]);
    return { job: started, unreachable: [...new Set([...silent, ...unreachable])].toSorted() };
  }

  async jobs(caller: OpsCaller, scope: Scope, id?: string): Promise<OpsPage<BulkJob>> {
    const [own, { answers, unreachable }] = await Promise.all([
      this.local.jobs(id),
      this.ask(scope, caller, { path: `${PATH}/bulk`, query: { id } }, jobPage),
    ]);
    const items = mergeJobs([...own, ...answers.flatMap(({ items }) => items)]);
    return { items, nextCursor: null, unreachable };
  }

  async job(caller: OpsCaller, id: string) {
    const { items, unreachable } = await this.jobs(caller, 'all', id);
    const [job] = items;
    if (!job) throw new BulkJobNotFoundError(id);
    return { ...job, unreachable };
  }

  async cancelBulk(caller: OpsCaller, scope: Scope, id: string): Promise<OpsPage<BulkJob>> {
    const [own, { answers, unreachable }] = await Promise.all([
      this.local.cancelBulk(id, caller.operator),
      this.ask(scope, caller, { method: 'DELETE', path: `${PATH}/bulk/${id}` }, jobPage),
    ]);
    const items = mergeJobs([...own, ...answers.flatMap(({ items }) => items)]);
    return { items, nextCursor: null, unreachable };
  }

  private async ask<Answer>(
    scope: Scope,
    caller: OpsCaller,
    request: Parameters<OpsPeers['gather']>[1],
    shape: z.ZodType<Answer>,
  ) {
    if (scope === 'local') return { answers: [] as Answer[], unreachable: [] };
    return this.peers.gather(caller, request, shape);
  }

  private async elsewhere<Answer>(
    scope: Scope,
    caller: OpsCaller,
    request: Parameters<OpsPeers['find']>[1],
    shape: z.ZodType<Answer>,
  ): Promise<Answer | undefined> {
    return scope === 'local' ? undefined : this.peers.find(caller, request, shape);
  }
}
