import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import type { z } from 'zod';
import { decodeCursor } from '@/infrastructure/http/page';
import { parseInput } from '@/infrastructure/http/validation';
import type { SagaView } from '@/infrastructure/saga/saga-view';
import { OperatorGuard } from '@/infrastructure/security/operator.guard';
import { Caller } from '../caller.decorator';
import type { OpsCaller } from '../ops-caller';
import type { SagaActed } from './saga-act';
import { SagaDesk, type SagaPage } from './saga-desk.service';
import { isPosition } from './saga-position';
import { actParams, type ListQuery, listQuery, sagaActOf, sagaParams, scopeOnly } from './sagas.requests';

type Scoped = z.output<typeof scopeOnly>;

@Controller('ops/api/sagas')
@UseGuards(OperatorGuard)
export class SagasController {
  constructor(@Inject(SagaDesk) private readonly desk: SagaDesk) {}

  /** The newest first, each with the last entries of its history. */
  @Get()
  list(@Caller() caller: OpsCaller, @Query({ schema: listQuery }) query: ListQuery): Promise<SagaPage> {
    return this.desk.list(caller, query, decodeCursor(query.cursor, isPosition));
  }

  @Get(':id')
  show(
    @Caller() caller: OpsCaller,
    @Param({ schema: sagaParams }) { id }: z.output<typeof sagaParams>,
    @Query({ schema: scopeOnly }) { scope }: Scoped,
  ): Promise<SagaView> {
    return this.desk.show(caller, scope, id);
  }

  /** `resume`, `retry-step`, `compensate` or `resolve`; the latter two with a `reason`. */
  @Post(':id/:act')
  @HttpCode(200)
  act(
    @Caller() caller: OpsCaller,
    @Param({ schema: actParams }) { id, act: kind }: z.output<typeof actParams>,
    @Query({ schema: scopeOnly }) { scope }: Scoped,
    @Body() body: unknown = {},
  ): Promise<SagaActed> {
    return this.desk.act(caller, scope, id, sagaActOf(kind, body ?? {}, parseInput), body ?? {});
  }
}
