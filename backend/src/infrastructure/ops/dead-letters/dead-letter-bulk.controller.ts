import { Body, Controller, Delete, Get, Inject, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { OperatorGuard } from '@/infrastructure/security/operator.guard';
import { Caller } from '../caller.decorator';
import type { OpsCaller } from '../ops-caller';
import { BulkJobNotFoundError } from './bulk-job.errors';
import { DeadLetterDesk } from './dead-letter-desk.service';
import { type BulkBody, bulkBody, bulkListQuery, bulkParams, scopeOnly } from './dead-letters.requests';

type Scoped = z.output<typeof scopeOnly>;
type Params = z.output<typeof bulkParams>;

/** One act on many letters: selected ones, those of a filter, or all that are dead. */
@Controller('ops/api/dead-letters/bulk')
@UseGuards(OperatorGuard)
export class DeadLetterBulkController {
  constructor(@Inject(DeadLetterDesk) private readonly desk: DeadLetterDesk) {}

  /** 202 and the job; with `dryRun`, or where no letter is chosen, 200 and what it would be done to. */
  @Post()
  async start(
    @Caller() caller: OpsCaller,
    @Query({ schema: scopeOnly }) { scope }: Scoped,
    @Body({ schema: bulkBody }) body: BulkBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    reply.status(200);
    if (body.dryRun) return { act: body.act, ...(await this.desk.previewBulk(caller, scope, body)) };
    if (body.job) return { items: await this.desk.startPart(caller, body, body.job) };
    const { job, unreachable } = await this.desk.startBulk(caller, body);
    if (!job) return { act: body.act, total: 0, ids: [], unreachable };
    reply.status(202);
    return { ...job, unreachable };
  }

  /** The newest first. */
  @Get()
  list(
    @Caller() caller: OpsCaller,
    @Query({ schema: bulkListQuery }) { scope, id }: z.output<typeof bulkListQuery>,
  ): Promise<unknown> {
    return this.desk.jobs(caller, scope, id);
  }

  @Get(':id')
  show(@Caller() caller: OpsCaller, @Param({ schema: bulkParams }) { id }: Params): Promise<unknown> {
    return this.desk.job(caller, id);
  }

  /** Stops after the letters under way; what is done stays done. */
  @Delete(':id')
  async cancel(
    @Caller() caller: OpsCaller,
    @Param({ schema: bulkParams }) { id }: Params,
    @Query({ schema: scopeOnly }) { scope }: Scoped,
  ): Promise<unknown> {
    const { items, unreachable } = await this.desk.cancelBulk(caller, scope, id);
    if (scope === 'local') return { items };
    const [job] = items;
    if (!job) throw new BulkJobNotFoundError(id);
    return { ...job, unreachable };
  }
}
