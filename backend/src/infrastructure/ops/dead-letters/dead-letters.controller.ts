import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import type { z } from 'zod';
import { decodeCursor } from '@/infrastructure/http/page';
import { parseInput } from '@/infrastructure/http/validation';
import type { Letter, LetterDetail, LetterGroup } from '@/infrastructure/kafka/dead-letters/letter';
import { OperatorGuard } from '@/infrastructure/security/operator.guard';
import { Caller } from '../caller.decorator';
import type { OpsCaller } from '../ops-caller';
import { DeadLetterDesk, type EditPreview, type OpsPage } from './dead-letter-desk.service';
import {
  actParams,
  editBody,
  groupsQuery,
  letterActOf,
  letterParams,
  listQuery,
  scopeOnly,
} from './dead-letters.requests';
import { isPosition } from './merge-letters';

type Scoped = z.output<typeof scopeOnly>;

@Controller('ops/api/dead-letters')
@UseGuards(OperatorGuard)
export class DeadLettersController {
  constructor(@Inject(DeadLetterDesk) private readonly desk: DeadLetterDesk) {}

  /** The newest first. */
  @Get()
  list(
    @Caller() caller: OpsCaller,
    @Query({ schema: listQuery }) { limit, cursor, scope, ...filter }: z.output<typeof listQuery>,
  ): Promise<OpsPage<Letter>> {
    return this.desk.list(caller, scope, filter, limit, decodeCursor(cursor, isPosition));
  }

  @Get('groups')
  groups(
    @Caller() caller: OpsCaller,
    @Query({ schema: groupsQuery }) { scope, ...filter }: z.output<typeof groupsQuery>,
  ): Promise<OpsPage<LetterGroup>> {
    return this.desk.groups(caller, scope, filter);
  }

  @Get(':id')
  show(
    @Caller() caller: OpsCaller,
    @Param({ schema: letterParams }) { id }: z.output<typeof letterParams>,
    @Query({ schema: scopeOnly }) { scope }: Scoped,
  ): Promise<LetterDetail> {
    return this.desk.show(caller, scope, id);
  }

  /** `retry`, `edit`, `skip` or `discard`; an edit with `dryRun` answers what it would change. */
  @Post(':id/:act')
  @HttpCode(200)
  act(
    @Caller() caller: OpsCaller,
    @Param({ schema: actParams }) { id, act: kind }: z.output<typeof actParams>,
    @Query({ schema: scopeOnly }) { scope }: Scoped,
    @Body() body: unknown = {},
  ): Promise<Letter | EditPreview> {
    const act = letterActOf(kind, body ?? {}, parseInput);
    if (act.kind === 'edit' && parseInput(editBody, body).dryRun) {
      return this.desk.previewEdit(caller, scope, id, act, body);
    }
    return this.desk.act(caller, scope, id, act, body ?? {});
  }
}
