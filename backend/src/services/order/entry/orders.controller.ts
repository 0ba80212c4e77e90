import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { decodeCursor, type Page, pageQuery, toPage } from '@/infrastructure/http/page';
import { idText } from '@/infrastructure/http/validation';
import { AccessTokenGuard } from '@/infrastructure/security/access-token.guard';
import type { AuthenticatedUser } from '@/infrastructure/security/access-tokens';
import { CurrentUser } from '@/infrastructure/security/current-user.decorator';
import { CancelOrder } from '../cancel-order.service';
import { OrderNotFoundError } from '../order.errors';
import { type PlacedOrder, PlaceOrder } from '../place-order.service';
import { ReturnOrder } from '../returns/return-order.service';
import { type OrderDetails, OrderQueries, type OrderView } from '../state/order-queries';
import { idempotencyKeyOf } from './idempotency-key';
import { isOrderPosition, orderPositionOf } from './order-position';
import { type PlaceOrderBody, placeOrderBody } from './place-order.body';

const listQuery = z.object(pageQuery({ limit: 20, max: 100 }));

@Controller('api/orders')
@UseGuards(AccessTokenGuard)
export class OrdersController {
  constructor(
    private readonly placeOrder: PlaceOrder,
    private readonly cancelOrder: CancelOrder,
    private readonly returnOrder: ReturnOrder,
    private readonly orders: OrderQueries,
  ) {}

  @Post()
  @HttpCode(202)
  place(
    @CurrentUser() user: AuthenticatedUser,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: placeOrderBody }) body: PlaceOrderBody,
  ): Promise<PlacedOrder> {
    return this.placeOrder.place(user, idempotencyKeyOf(key), body);
  }

  @Get()
  async list(
    @CurrentUser() { userId }: AuthenticatedUser,
    @Query({ schema: listQuery }) { limit, cursor }: z.output<typeof listQuery>,
  ): Promise<Page<OrderView>> {
    const after = orderPositionOf(decodeCursor(cursor, isOrderPosition));
    const rows = await this.orders.list(userId, limit, after);
    return toPage(
      rows,
      limit,
      ({ position: _, ...order }) => order,
      ({ position }) => position,
    );
  }

  @Get(':orderId')
  async find(
    @CurrentUser() { userId }: AuthenticatedUser,
    @Param('orderId', { schema: idText }) orderId: string,
  ): Promise<OrderDetails> {
    const order = await this.orders.find(orderId, userId);
    if (!order) throw new OrderNotFoundError();
    return order;
  }

  @Post(':orderId/cancel')
  @HttpCode(202)
  cancel(
    @CurrentUser() { userId }: AuthenticatedUser,
    @Param('orderId', { schema: idText }) orderId: string,
  ): Promise<{ orderId: string; status: string }> {
    return this.cancelOrder.request(orderId, userId);
  }

  @Post(':orderId/return')
  @HttpCode(202)
  giveBack(
    @CurrentUser() { userId }: AuthenticatedUser,
    @Param('orderId', { schema: idText }) orderId: string,
  ): Promise<{ orderId: string; status: string }> {
    return this.returnOrder.request(orderId, userId);
  }
}
