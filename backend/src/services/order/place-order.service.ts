import { createHash, randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Fault } from '@/infrastructure/errors/coded-error';
import { fromMinorUnits, toMinorUnits } from '@/infrastructure/money/minor-units';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { AuthenticatedUser } from '@/infrastructure/security/access-tokens';
import { canonical } from './domain/idempotency';
import type { Order } from './domain/order';
import { type PricedLine, priceOrder } from './domain/pricing';
import type { Catalogue } from './domain/validate-order';
import type { PlaceOrderBody } from './entry/place-order.body';
import {
  CatalogueNotReadyError,
  IdempotencyKeyReusedError,
  ProductNotSellableError,
  UnknownCouponError,
  UnknownProductError,
} from './order.errors';
import { OrderSettings } from './order.environment';
import { OrderEventService } from './order-event.service';
import { CatalogueStore } from './state/catalogue-store';
import { IdempotencyKeys } from './state/idempotency-keys';
import { OrderStore } from './state/order-store';

export interface PlacedOrder {
  readonly orderId: string;
  readonly status: 'pending';
}

/** Takes an order: its row, the user's key and `order.created` are there together or not at all. */
@Injectable()
export class PlaceOrder {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly orders: OrderStore,
    private readonly keys: IdempotencyKeys,
    private readonly catalogue: CatalogueStore,
    private readonly events: OrderEventService,
    private readonly settings: OrderSettings,
  ) {}

  /** The same key and body give the same order back, however often and from however many requests at once. */
  place(user: AuthenticatedUser, key: string, body: PlaceOrderBody): Promise<PlacedOrder> {
    const requestHash = createHash('sha256').update(canonical(body)).digest('hex');
    const orderId = randomUUIDv7();
    return this.unitOfWork.run(async () => {
      const first = await this.keys.claim({ userId: user.userId, key, requestHash, orderId });
      if (first) {
        if (first.requestHash !== requestHash) throw new IdempotencyKeyReusedError();
        return { orderId: first.orderId, status: 'pending' };
      }
      const order = await this.price(orderId, user, body);
      await this.orders.insert(order, 'api');
      await this.events.onOrderCreated(order);
      return { orderId, status: 'pending' };
    });
  }

  private async price(orderId: string, user: AuthenticatedUser, body: PlaceOrderBody): Promise<Order> {
    if (body.couponCode !== undefined) throw new UnknownCouponError();
    const known = await this.catalogue.find(body.items.map(({ productId }) => productId));
    const { currency, flow } = this.settings;
    if (Object.keys(known).length === 0 && (await this.catalogue.isEmpty()))
      throw new CatalogueNotReadyError();
    const lines = pricedLines(body, known, currency);
    const totals = priceOrder(lines, { shipped: body.shippingAddress !== undefined });
    const amount = (minor: number) => fromMinorUnits(minor, currency);
    return {
      orderId,
      userId: user.userId,
      items: lines.map((line) => ({ ...line, price: amount(line.price) })),
      totals: {
        subtotal: amount(totals.subtotal),
        tax: amount(totals.tax),
        shipping: amount(totals.shipping),
        total: amount(totals.total),
      },
      createdAt: new Date().toISOString(),
      paymentMethod: body.paymentMethod,
      currency,
      email: user.email,
      flow,
      ...(body.shippingAddress ? { shippingAddress: body.shippingAddress } : {}),
    };
  }
}

function pricedLines({ items }: PlaceOrderBody, known: Catalogue, currency: string): readonly PricedLine[] {
  const unknown: Fault[] = [];
  const unsellable: Fault[] = [];
  const lines = items.map(({ productId, quantity }, index): PricedLine => {
    const path = `items[${index}].productId`;
    const product = Object.hasOwn(known, productId) ? known[productId] : undefined;
    const price = product?.sellable ? toMinorUnits(product.price, currency) : undefined;
    if (!product) unknown.push({ path, message: `there is no product '${productId}'` });
    else if (price === undefined) unsellable.push({ path, message: `'${productId}' is not sold at present` });
    return { productId, quantity, price: price ?? 0 };
  });
  if (unknown.length > 0) throw new UnknownProductError(unknown);
  if (unsellable.length > 0) throw new ProductNotSellableError(unsellable);
  return lines;
}
