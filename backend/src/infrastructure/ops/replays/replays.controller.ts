import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import { z } from 'zod';
import { decodeCursor } from '@/infrastructure/http/page';
import type { OfferedReplay } from '@/infrastructure/kafka/replay/outside-resets';
import type { ReplayDetail, ReplayView } from '@/infrastructure/kafka/replay/replay-view';
import { OperatorGuard } from '@/infrastructure/security/operator.guard';
import { Caller } from '../caller.decorator';
import type { OpsCaller } from '../ops-caller';
import { ReplayDesk, type ReplayPage } from './replay-desk.service';
import { type ReplayBody, replayBody, replayListQuery, replayParams, replayScope } from './replays.requests';

type Scoped = z.output<typeof replayScope>;
type Identified = z.output<typeof replayParams>;

const isId = (position: string): boolean => z.uuid().safeParse(position).success;

@Controller('ops/api/replays')
@UseGuards(OperatorGuard)
export class ReplaysController {
  constructor(@Inject(ReplayDesk) private readonly desk: ReplayDesk) {}

  /** Runs from here on; how far it is stands in `GET /ops/api/replays/:id`. */
  @Post()
  @HttpCode(202)
  begin(
    @Caller() caller: OpsCaller,
    @Query({ schema: replayScope }) { scope }: Scoped,
    @Body({ schema: replayBody }) body: ReplayBody,
  ): Promise<ReplayView> {
    return this.desk.begin(caller, scope, body);
  }

  /** The newest first. */
  @Get()
  list(
    @Caller() caller: OpsCaller,
    @Query({ schema: replayListQuery }) { limit, cursor, scope }: z.output<typeof replayListQuery>,
  ): Promise<ReplayPage<ReplayView>> {
    return this.desk.list(caller, scope, limit, decodeCursor(cursor, isId));
  }

  /** Positions that were set from outside: what was asked for by that can be replayed. */
  @Get('offered')
  offered(
    @Caller() caller: OpsCaller,
    @Query({ schema: replayScope }) { scope }: Scoped,
  ): Promise<ReplayPage<OfferedReplay>> {
    return this.desk.offered(caller, scope);
  }

  @Get(':id')
  show(
    @Caller() caller: OpsCaller,
    @Param({ schema: replayParams }) { id }: Identified,
    @Query({ schema: replayScope }) { scope }: Scoped,
  ): Promise<ReplayDetail> {
    return this.desk.show(caller, scope, id);
  }

  /** What it has done stays done, except for the new rows of a rebuild. */
  @Delete(':id')
  cancel(
    @Caller() caller: OpsCaller,
    @Param({ schema: replayParams }) { id }: Identified,
    @Query({ schema: replayScope }) { scope }: Scoped,
  ): Promise<ReplayDetail> {
    return this.desk.cancel(caller, scope, id);
  }

  @Post(':id/resume')
  @HttpCode(202)
  resume(
    @Caller() caller: OpsCaller,
    @Param({ schema: replayParams }) { id }: Identified,
    @Query({ schema: replayScope }) { scope }: Scoped,
  ): Promise<ReplayView> {
    return this.desk.resume(caller, scope, id);
  }
}
