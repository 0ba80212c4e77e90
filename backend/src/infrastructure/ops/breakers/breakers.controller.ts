import { hostname } from 'node:os';
import { Controller, Get, Inject, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { Breakers } from '@/infrastructure/kafka/breaker/breakers';
import { OperatorGuard } from '@/infrastructure/security/operator.guard';
import { Caller } from '../caller.decorator';
import type { OpsCaller } from '../ops-caller';
import { OpsPeers, scopeQuery } from '../ops-peers';

const query = z.object(scopeQuery);

const breaker = z.object({
  name: z.string(),
  kind: z.enum(['handler', 'dependency']),
  state: z.enum(['closed', 'open', 'half-open']),
  failures: z.number(),
  since: z.string(),
  lastFailure: z.object({ code: z.string(), name: z.string(), message: z.string() }).optional(),
  /** Each process has its own: `<host>:<pid>`. */
  process: z.string(),
});
const page = z.object({ items: z.array(breaker) });

interface BreakersPage {
  readonly items: readonly z.output<typeof breaker>[];
  readonly nextCursor: null;
  readonly unreachable: readonly string[];
}

@Controller('ops/api/breakers')
@UseGuards(OperatorGuard)
export class BreakersController {
  constructor(
    @Inject(Breakers) private readonly breakers: Breakers,
    @Inject(OpsPeers) private readonly peers: OpsPeers,
  ) {}

  /** Every breaker of every process, those that hold something back first. */
  @Get()
  async list(
    @Caller() caller: OpsCaller,
    @Query({ schema: query }) { scope }: z.output<typeof query>,
  ): Promise<BreakersPage> {
    const here = `${hostname()}:${process.pid}`;
    const own = this.breakers.reports().map((report) => ({ ...report, process: here }));
    const others =
      scope === 'local'
        ? { answers: [], unreachable: [] }
        : await this.peers.gather(caller, { path: '/ops/api/breakers' }, page);
    const items = [...own, ...others.answers.flatMap((answer) => answer.items)];
    const closed = (state: string) => Number(state === 'closed');
    return {
      items: items.toSorted((a, b) => closed(a.state) - closed(b.state) || a.name.localeCompare(b.name)),
      nextCursor: null,
      unreachable: others.unreachable,
    };
  }
}
