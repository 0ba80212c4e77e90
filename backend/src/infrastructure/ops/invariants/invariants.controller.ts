import { Body, Controller, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import type { z } from 'zod';
import { OperatorGuard } from '@/infrastructure/security/operator.guard';
import { Caller } from '../caller.decorator';
import type { OpsCaller } from '../ops-caller';
import type { InvariantCheck } from './invariant-checks';
import { InvariantDesk } from './invariant-desk.service';
import { checkBody } from './invariants.requests';

/** Whether money, stock, orders and events add up: the check behind `npm run invariants`. */
@Controller('ops/api/invariants')
@UseGuards(OperatorGuard)
export class InvariantsController {
  constructor(@Inject(InvariantDesk) private readonly desk: InvariantDesk) {}

  /** The last check of this process, and how far the one under way is. */
  @Get()
  latest(): InvariantCheck {
    return this.desk.checks.latest;
  }

  /** Answers when it has begun; the check goes on. Where one runs in this process, that one. */
  @Post()
  @HttpCode(202)
  start(
    @Caller() { operator }: OpsCaller,
    @Body({ schema: checkBody }) { settled, youngSeconds }: z.output<typeof checkBody>,
  ): Promise<InvariantCheck> {
    return this.desk.checks.start({ settled, youngMs: youngSeconds * 1_000 }, operator);
  }
}
