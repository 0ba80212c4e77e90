import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { encodeCursor, type Page } from '@/infrastructure/http/page';
import { SagaNotFoundError } from '@/infrastructure/saga/saga.errors';
import type { SagaView } from '@/infrastructure/saga/saga-view';
import { mergePages } from '../merge-pages';
import type { OpsCaller } from '../ops-caller';
import { OpsPeers } from '../ops-peers';
import { LocalSagas } from './local-sagas.service';
import { ProcessUnreachableError } from '../ops.errors';
import type { SagaAct, SagaActed } from './saga-act';
import { sagaMeant } from './saga-meant';
import { positionOf, positionText } from './saga-position';
import type { ListQuery } from './sagas.requests';

/** A list of several processes; services whose process did not answer are named. */
export interface SagaPage extends Page<SagaView> {
  readonly unreachable: readonly string[];
}

type Scope = ListQuery['scope'];

const PATH = '/ops/api/sagas';
const MOST_OF_ONE_ORDER = 50;

const hasId = (value: unknown): boolean => typeof (value as { id?: unknown } | null)?.id === 'string';
const saga = z.custom<SagaView>(hasId);
const acted = z.custom<SagaActed>(hasId);
const sagaPage = z.object({ items: z.array(saga), nextCursor: z.string().nullable() });

/** The sagas of every process: this one's, and by their own routes the others'. */
@Injectable()
export class SagaDesk {
  constructor(
    @Inject(LocalSagas) private readonly local: LocalSagas,
    @Inject(OpsPeers) private readonly peers: OpsPeers,
  ) {}

  async list(
    caller: OpsCaller,
    { limit, cursor, scope, ...filter }: ListQuery,
    position: string | undefined,
  ): Promise<SagaPage> {
    const query = {
      ...filter,
      status: filter.status?.join(','),
      olderThan: filter.olderThan === undefined ? undefined : `${filter.olderThan}s`,
      limit,
      cursor,
    };
    const after = position === undefined ? undefined : positionOf(position);
    const [own, { answers, unreachable }] = await Promise.all([
      Promise.all(this.local.all().map((sagas) => sagas.list(filter, limit, after))),
      scope === 'local'
        ? { answers: [], unreachable: [] }
        : this.peers.gather(caller, { path: PATH, query }, sagaPage),
    ]);
    const others = answers.map(({ items, nextCursor }) => ({ items, more: nextCursor !== null }));
    const { items, more } = mergePages([...own, ...others], limit, positionText);
    const last = items.at(-1);
    return { items, nextCursor: more && last ? encodeCursor(positionText(last)) : null, unreachable };
  }

  /** Also an order that no saga drives, by its own id. */
  async show(caller: OpsCaller, scope: Scope, given: string): Promise<SagaView> {
    const { meant: id = given } = await this.about(caller, scope, given);
    for (const here of [...this.local.all(), ...this.local.withoutSaga()]) {
      const found = await here.find(id);
      if (found) return found;
    }
    const elsewhere =
      scope === 'local' ? undefined : await this.peers.find(caller, { path: pathOf(id) }, saga);
    if (!elsewhere) throw new SagaNotFoundError(id);
    return elsewhere;
  }

  /** `body` is the act as it came, for the process that has the saga. */
  async act(caller: OpsCaller, scope: Scope, given: string, act: SagaAct, body: unknown): Promise<SagaActed> {
    const id = await this.locate(caller, scope, given);
    for (const sagas of this.local.all()) {
      const done = await sagas.act(id, act, caller.operator);
      if (done) return done;
    }
    const request = { method: 'POST', path: `${pathOf(id)}/${act.kind}`, body } as const;
    const elsewhere = scope === 'local' ? undefined : await this.peers.find(caller, request, acted);
    if (!elsewhere) throw new SagaNotFoundError(id);
    return elsewhere;
  }

  private async locate(caller: OpsCaller, scope: Scope, given: string): Promise<string> {
    const { meant, unreachable } = await this.about(caller, scope, given);
    if (meant !== undefined) return meant;
    throw unreachable.length > 0 ? new ProcessUnreachableError(unreachable) : new SagaNotFoundError(given);
  }

  /** The id of the one saga that is meant by its own id or by its order's. */
  private async about(caller: OpsCaller, scope: Scope, given: string) {
    const query = { about: given, limit: MOST_OF_ONE_ORDER, scope };
    const { items, unreachable } = await this.list(caller, query, undefined);
    return { meant: sagaMeant(given, items), unreachable };
  }
}

const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;
