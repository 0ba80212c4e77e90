import { randomUUIDv7 } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { z } from 'zod';
import { encodeCursor, type Page } from '@/infrastructure/http/page';
import { type Account, byName } from '@/infrastructure/kafka/accounting/account';
import type { AccountFilter } from '@/infrastructure/kafka/accounting/accountant';
import { type Accounting, accountingOf } from '@/infrastructure/kafka/accounting/accounting';
import { AuditNotFoundError } from '@/infrastructure/kafka/accounting/accounting.errors';
import { type AuditJob, mergeAudits } from '@/infrastructure/kafka/accounting/audit/audit-job';
import { AuditJobs } from '@/infrastructure/kafka/accounting/audit/audit-jobs';
import { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import type { OpsCaller } from '../ops-caller';
import { OpsPeers, type OpsRequest } from '../ops-peers';

export type Scope = 'all' | 'local';

/** Without the partitions, unless they are asked for. */
export type ShownAccount = Omit<Account, 'partitions'> & Partial<Pick<Account, 'partitions'>>;

export type Everywhere<Answer> = Answer & {
  /** Services whose process did not answer: what is shown is not all. */
  readonly unreachable: readonly string[];
};

export interface AccountsPage {
  readonly filter: AccountFilter;
  readonly detail: 'partitions' | undefined;
  readonly limit: number;
  /** The last account of the page before. */
  readonly after: Pick<Account, 'group' | 'handler' | 'topic'> | undefined;
}

const PATH = '/ops/api/accounting';

const accountPage = z.object({
  items: z.array(z.custom<ShownAccount>((value) => typeof value === 'object' && value !== null)),
  nextCursor: z.string().nullable(),
});
const auditAnswer = z.custom<AuditJob>((value) => typeof (value as { id?: unknown } | null)?.id === 'string');

export const positionText = ({ group, handler, topic }: ShownAccount): string =>
  JSON.stringify([group, handler, topic]);

/** The accounts of every process: this one's, and by their own routes the others'. */
@Injectable()
export class AccountingDesk implements OnApplicationShutdown {
  private readonly audits = new AuditJobs();

  constructor(
    @Inject(KafkaRuntimes) private readonly runtimes: KafkaRuntimes,
    @Inject(OpsPeers) private readonly peers: OpsPeers,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.audits.close();
  }

  async accounts(
    caller: OpsCaller,
    scope: Scope,
    { filter, detail, limit, after }: AccountsPage,
  ): Promise<Everywhere<Page<ShownAccount>>> {
    const cursor = after && encodeCursor(JSON.stringify([after.group, after.handler, after.topic]));
    const query = { ...filter, detail, limit, cursor };
    const [own, { answers, unreachable }] = await Promise.all([
      this.own(filter),
      this.ask(scope, caller, { path: PATH, query }, accountPage),
    ]);
    const left = own.filter((account) => after === undefined || byName(account, after) > 0);
    const shown = left.map(({ partitions, ...account }) => (detail ? { ...account, partitions } : account));
    const all = [...shown, ...answers.flatMap(({ items }) => items)].toSorted(byName);
    const items = all.slice(0, limit);
    const last = items.at(-1);
    const more = all.length > limit || answers.some(({ nextCursor }) => nextCursor !== null);
    return { items, nextCursor: more && last ? encodeCursor(positionText(last)) : null, unreachable };
  }

  async startAudit(
    caller: OpsCaller,
    scope: Scope,
    { id = randomUUIDv7(), ...filter }: { id?: string | undefined } & AccountFilter,
  ): Promise<Everywhere<AuditJob>> {
    const own = this.audits.start(id, this.applications(), filter);
    const request = { method: 'POST', path: `${PATH}/audit`, body: { ...filter, id } } as const;
    const { answers, unreachable } = await this.ask(scope, caller, request, auditAnswer);
    return { ...(mergeAudits([own, ...answers]) ?? own), unreachable };
  }

  showAudit(caller: OpsCaller, scope: Scope, id: string): Promise<Everywhere<AuditJob>> {
    return this.together(caller, scope, id, this.audits.find(id), { path: `${PATH}/audit/${id}` });
  }

  stopAudit(caller: OpsCaller, scope: Scope, id: string): Promise<Everywhere<AuditJob>> {
    const request = { method: 'DELETE', path: `${PATH}/audit/${id}` } as const;
    return this.together(caller, scope, id, this.audits.stop(id), request);
  }

  private async together(
    caller: OpsCaller,
    scope: Scope,
    id: string,
    own: AuditJob | undefined,
    request: OpsRequest,
  ): Promise<Everywhere<AuditJob>> {
    // Whoever was started where the audit was asked for has every part; another process only its own.
    if (!own) throw new AuditNotFoundError(id);
    const { answers, unreachable } = await this.ask(scope, caller, request, auditAnswer);
    return { ...(mergeAudits([own, ...answers]) ?? own), unreachable };
  }

  private applications(): readonly Accounting[] {
    return this.runtimes
      .all()
      .filter((runtime) => runtime.stateful !== undefined)
      .map(accountingOf);
  }

  private async own(filter: AccountFilter): Promise<readonly Account[]> {
    const read = await Promise.all(this.applications().map((accounting) => accounting.accounts(filter)));
    return read.flat().toSorted(byName);
  }

  private async ask<Answer>(
    scope: Scope,
    caller: OpsCaller,
    request: OpsRequest,
    shape: z.ZodType<Answer>,
  ): Promise<{ readonly answers: readonly Answer[]; readonly unreachable: readonly string[] }> {
    if (scope === 'local') return { answers: [], unreachable: [] };
    return this.peers.gather(caller, request, shape);
  }
}
