import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import type { z } from 'zod';
import { decodeCursor } from '@/infrastructure/http/page';
import { parseInput } from '@/infrastructure/http/validation';
import { OperatorGuard } from '@/infrastructure/security/operator.guard';
import { Caller } from '../caller.decorator';
import type { OpsCaller } from '../ops-caller';
import {
  type ActParams,
  actParams,
  type ListQuery,
  listQuery,
  outboxActOf,
  scopeOnly,
} from './outbox.requests';
import { OutboxDesk, type OutboxPage } from './outbox-desk.service';
import { positionOf } from './outbox-position';
import type { OutboxActed } from './outbox-view';

/** What waits for the log in each service, and the rows that it refused. */
@Controller('ops/api/outbox')
@UseGuards(OperatorGuard)
export class OutboxController {
  constructor(@Inject(OutboxDesk) private readonly desk: OutboxDesk) {}

  /** `services` is whole, `items` one page of the refused rows by service and number. */
  @Get()
  list(@Caller() caller: OpsCaller, @Query({ schema: listQuery }) query: ListQuery): Promise<OutboxPage> {
    const position = decodeCursor(query.cursor, (text) => positionOf(text) !== undefined);
    return this.desk.list(caller, query, position === undefined ? undefined : positionOf(position));
  }

  /** `retry`, or `set-aside` with a `reason`. */
  @Post(':service/:seq/:act')
  @HttpCode(200)
  act(
    @Caller() caller: OpsCaller,
    @Param({ schema: actParams }) params: ActParams,
    @Query({ schema: scopeOnly }) { scope }: z.output<typeof scopeOnly>,
    @Body() body: unknown = {},
  ): Promise<OutboxActed> {
    return this.desk.act(caller, scope, params, outboxActOf(params.act, body ?? {}, parseInput), body ?? {});
  }
}
