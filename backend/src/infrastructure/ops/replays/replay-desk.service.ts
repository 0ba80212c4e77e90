import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { encodeCursor, type Page } from '@/infrastructure/http/page';
import { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import type { OfferedReplay } from '@/infrastructure/kafka/replay/outside-resets';
import { UnknownReplayError, UnknownReplayHandlerError } from '@/infrastructure/kafka/replay/replay.errors';
import type { ReplayDetail, ReplayView } from '@/infrastructure/kafka/replay/replay-view';
import { replaysOf } from '@/infrastructure/kafka/replay/replays-of';
import { auditBy } from '../operator-audit';
import type { OpsCaller } from '../ops-caller';
import { OpsPeers } from '../ops-peers';
import { LocalReplays } from './local-replays';
import { auditReplays } from './replay-audit';
import type { ReplayBody } from './replays.requests';

export type Scope = 'all' | 'local';

/** A list of several processes; services whose process did not answer are named. */
export interface ReplayPage<Item> extends Page<Item> {
  readonly unreachable: readonly string[];
}

const PATH = '/ops/api/replays';

const withId = <Item extends { readonly id: string }>() =>
  z.custom<Item>((value) => typeof (value as { id?: unknown } | null)?.id === 'string');
const viewPage = z.object({ items: z.array(withId<ReplayView>()), nextCursor: z.string().nullable() });
const offeredPage = z.object({ items: z.array(withId<OfferedReplay>()) });

/** The replays of every process: this one's, and by their own routes the others'. */
@Injectable()
export class ReplayDesk implements OnModuleInit {
  private readonly local: LocalReplays;

  constructor(
    @Inject(KafkaRuntimes) private readonly runtimes: KafkaRuntimes,
    @Inject(OpsPeers) private readonly peers: OpsPeers,
  ) {
    this.local = new LocalReplays(() => runtimes.all());
  }

  onModuleInit(): void {
    for (const runtime of this.runtimes.all()) {
      if (runtime.stateful) replaysOf(runtime).onAct(auditReplays(auditBy(runtime.publisher)));
    }
  }

  async begin(caller: OpsCaller, scope: Scope, body: ReplayBody): Promise<ReplayView> {
    const begun =
      (await this.local.begin(body, caller.operator)) ??
      (await this.elsewhere(scope, caller, { method: 'POST', path: PATH, body }, withId<ReplayView>()));
    if (begun) return begun;
    const topics = typeof body.topic === 'string' ? body.topic : body.topic.join(', ');
    throw new UnknownReplayHandlerError(
      `No service has handlers of ${topics} named ${body.handlers.join(', ')}${body.group === undefined ? '' : ` in ${body.group}`}.`,
    );
  }

  /** The newest first; ids grow with time. */
  async list(
    caller: OpsCaller,
    scope: Scope,
    limit: number,
    before: string | undefined,
  ): Promise<ReplayPage<ReplayView>> {
    const cursor = before === undefined ? undefined : encodeCursor(before);
    const [own, { answers, unreachable }] = await Promise.all([
      this.local.list(limit + 1, before),
      this.ask(scope, caller, { path: PATH, query: { limit, cursor } }, viewPage),
    ]);
    const more = answers.some(({ nextCursor }) => nextCursor !== null);
    const all = new Map([...answers.flatMap(({ items }) => items), ...own].map((view) => [view.id, view]));
    const sorted = [...all.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
    const items = sorted.slice(0, limit);
    const last = items.at(-1);
    const nextCursor = last && (more || sorted.length > limit) ? encodeCursor(last.id) : null;
    return { items, nextCursor, unreachable };
  }

  async offered(caller: OpsCaller, scope: Scope): Promise<ReplayPage<OfferedReplay>> {
    const [own, { answers, unreachable }] = await Promise.all([
      this.local.offered(),
      this.ask(scope, caller, { path: `${PATH}/offered` }, offeredPage),
    ]);
    const items = [...own, ...answers.flatMap(({ items }) => items)];
    return {
      items: items.toSorted((a, b) => (a.noticedAt < b.noticedAt ? 1 : -1)),
      nextCursor: null,
      unreachable,
    };
  }

  async show(caller: OpsCaller, scope: Scope, id: string): Promise<ReplayDetail> {
    const found =
      (await this.local.find(id)) ??
      (await this.elsewhere(scope, caller, { path: `${PATH}/${id}` }, withId<ReplayDetail>()));
    if (!found) throw new UnknownReplayError(id);
    return found;
  }

  async cancel(caller: OpsCaller, scope: Scope, id: string): Promise<ReplayDetail> {
    const holder = await this.local.holderOf(id);
    if (holder) return holder.cancel(id, caller.operator);
    const request = { method: 'DELETE', path: `${PATH}/${id}` } as const;
    const cancelled = await this.elsewhere(scope, caller, request, withId<ReplayDetail>());
    if (!cancelled) throw new UnknownReplayError(id);
    return cancelled;
  }

  async resume(caller: OpsCaller, scope: Scope, id: string): Promise<ReplayView> {
    const holder = await this.local.holderOf(id);
    if (holder) return holder.resume(id, caller.operator);
    const request = { method: 'POST', path: `${PATH}/${id}/resume` } as const;
    const resumed = await this.elsewhere(scope, caller, request, withId<ReplayView>());
    if (!resumed) throw new UnknownReplayError(id);
    return resumed;
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
