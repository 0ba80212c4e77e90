import { Body, Controller, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import type { ProjectionView } from '@/infrastructure/event-store/projection-rebuilds';
import type { RebuildView } from '@/infrastructure/event-store/rebuild-rows';
import { idText } from '@/infrastructure/http/validation';
import { Caller } from '@/infrastructure/ops/caller.decorator';
import type { OpsCaller } from '@/infrastructure/ops/ops-caller';
import { OperatorGuard } from '@/infrastructure/security/operator.guard';
import { OrderProjections } from '../order-projections.service';

const rebuildBody = z.strictObject({ kind: z.enum(['rebuild', 'compare']).default('rebuild') });

@Controller('ops/api/projections')
@UseGuards(OperatorGuard)
export class ProjectionsController {
  constructor(private readonly rebuilds: OrderProjections) {}

  /** Each with how far it is behind the streams, and its last rebuild. */
  @Get()
  async list(): Promise<{ readonly items: readonly ProjectionView[]; readonly nextCursor: null }> {
    return { items: await this.rebuilds.list(), nextCursor: null };
  }

  /** Makes its tables anew beside the live ones and exchanges them, or only compares the two. */
  @Post(':name/rebuild')
  @HttpCode(202)
  rebuild(
    @Caller() { operator }: OpsCaller,
    @Param('name', { schema: idText }) name: string,
    @Body({ schema: rebuildBody }) { kind }: z.output<typeof rebuildBody>,
  ): Promise<RebuildView> {
    return this.rebuilds.begin(name, kind, operator);
  }
}
