import { Controller, Get, Headers, Param, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { eventStreams } from '@/infrastructure/http/event-stream';
import { idText } from '@/infrastructure/http/validation';
import { AccessTokenGuard } from '@/infrastructure/security/access-token.guard';
import type { AuthenticatedUser } from '@/infrastructure/security/access-tokens';
import { CurrentUser } from '@/infrastructure/security/current-user.decorator';
import { isTerminal } from '../domain/order-status';
import { OrderNotFoundError } from '../order.errors';
import { OrderQueries } from '../state/order-queries';
import { OrderStatusFeed } from '../state/order-status-feed';

const NO_CONTENT = 204;

@Controller('api/orders')
@UseGuards(AccessTokenGuard)
export class OrderEventsController {
  constructor(
    private readonly orders: OrderQueries,
    private readonly feed: OrderStatusFeed,
  ) {}

  /**
   * `event: status` for each change after `Last-Event-ID`, the past ones first; the stream ends with the order. To
   * a client that has seen the end the answer is 204, which by the standard stops it from coming again.
   */
  @Get(':orderId/events')
  async stream(
    @CurrentUser() { userId }: AuthenticatedUser,
    @Param('orderId', { schema: idText }) orderId: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const order = await this.orders.find(orderId, userId);
    if (!order) throw new OrderNotFoundError();
    const seen = sequenceOf(lastEventId);
    if (isTerminal(order.status) && seen >= order.history.length) {
      await reply.status(NO_CONTENT).send();
      return;
    }
    const stream = eventStreams.open(reply);
    const stop = this.feed.watch(orderId, seen, ({ seq, status, at, reason }) => {
      const data = { orderId, status, at, ...(reason === undefined ? {} : { reason }) };
      stream.send({ event: 'status', id: String(seq), data });
      if (isTerminal(status)) stream.close();
    });
    stream.onClose(stop);
  }
}

const sequenceOf = (lastEventId: string | undefined): number =>
  lastEventId !== undefined && /^\d{1,9}$/.test(lastEventId) ? Number(lastEventId) : 0;
