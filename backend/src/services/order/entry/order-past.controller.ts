import { Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { idText } from '@/infrastructure/http/validation';
import { Caller } from '@/infrastructure/ops/caller.decorator';
import type { OpsCaller } from '@/infrastructure/ops/ops-caller';
import { OperatorGuard } from '@/infrastructure/security/operator.guard';
import type { Resumed } from '../order-choreography.service';
import { OrderVersionNotFoundError } from '../order.errors';
import { ResumeOrder } from '../resume-order.service';
import { type OrderAtVersion, OrderPast } from '../state/order-past';

const versionQuery = z.object({ version: z.coerce.number().int().min(1).max(2_147_483_647).optional() });

@Controller('ops/api/orders')
@UseGuards(OperatorGuard)
export class OrderPastController {
  constructor(
    private readonly past: OrderPast,
    private readonly resuming: ResumeOrder,
  ) {}

  /** The order as it was at a version, the last one by default, with the events that made it so. */
  @Get(':orderId')
  async at(
    @Param('orderId', { schema: idText }) orderId: string,
    @Query({ schema: versionQuery }) { version }: z.output<typeof versionQuery>,
  ): Promise<OrderAtVersion> {
    const found = await this.past.at(orderId, version);
    if (!found) throw new OrderVersionNotFoundError(orderId, version);
    return found;
  }

  /** For an order without a saga that needs attention; the others have their sagas' acts. */
  @Post(':orderId/resume')
  @HttpCode(200)
  resume(
    @Caller() { operator }: OpsCaller,
    @Param('orderId', { schema: idText }) orderId: string,
  ): Promise<Resumed> {
    return this.resuming.resume(orderId, operator);
  }
}
