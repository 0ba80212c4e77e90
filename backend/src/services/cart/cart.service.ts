import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SHOP_CURRENCY } from '@/infrastructure/config/shop-currency';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { fromMinorUnits } from '@/infrastructure/money/minor-units';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { CartFullError, UnknownProductError } from './cart.errors';
import {
  type Cart,
  type CartHolder,
  type CartLine,
  cartIdOfUser,
  MAX_LINES,
  merged,
  takenByOrder,
} from './domain/cart';
import { CartRepository } from './state/cart.repository';
import { SoldProducts } from './state/sold-products';

@Injectable()
export class CartService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly publisher: EventPublisherService,
    private readonly carts: CartRepository,
    private readonly products: SoldProducts,
    @Inject(SHOP_CURRENCY) private readonly currency: string,
  ) {}

  /** A visitor's id is kept only where it opens a visitor's cart; otherwise a new one is minted. */
  async visitor(cookie: string | undefined): Promise<CartHolder> {
    const known = cookie !== undefined && (await this.carts.isVisitorCart(cookie));
    return { cartId: known ? cookie : randomUUID(), userId: null };
  }

  /** The user's cart, after a visitor's cart that the browser still holds was merged into it. */
  async user(userId: string, cookie: string | undefined): Promise<CartHolder> {
    const holder = { cartId: cartIdOfUser(userId), userId };
    if (cookie !== undefined) await this.merge(holder, cookie);
    return holder;
  }

  async view({ cartId }: CartHolder): Promise<Cart> {
    return { cartId, currency: this.currency, lines: await this.carts.lines(cartId) };
  }

  setQuantity(holder: CartHolder, productId: string, quantity: number): Promise<Cart> {
    return this.unitOfWork.run(async () => {
      const product = await this.products.find(productId);
      if (!product) throw new UnknownProductError(productId);
      await this.carts.lock(holder);
      const lines = await this.carts.lines(holder.cartId);
      const present = lines.find((line) => line.productId === productId)?.quantity ?? 0;
      if (present === 0 && lines.length >= MAX_LINES) throw new CartFullError();
      await this.carts.setLines(holder.cartId, [{ productId, quantity }]);
      const price = fromMinorUnits(product.priceMinor, product.currency);
      await this.tellChange(holder, { productId, quantity: quantity - present }, price);
      return this.view(holder);
    });
  }

  removeProduct(holder: CartHolder, productId: string): Promise<Cart> {
    return this.unitOfWork.run(async () => {
      if (!(await this.carts.lockExisting(holder))) return this.view(holder);
      const line = (await this.carts.lines(holder.cartId)).find((each) => each.productId === productId);
      if (line) {
        await this.carts.take(holder.cartId, [line]);
        await this.tellChange(holder, { productId, quantity: -line.quantity });
      }
      return this.view(holder);
    });
  }

  /** Takes out what was ordered. */
  checkOut(userId: string, orderId: string, ordered: readonly CartLine[]): Promise<void> {
    return this.unitOfWork.run(async () => {
      const cartId = cartIdOfUser(userId);
      if (!(await this.carts.lockExisting({ cartId, userId }))) return;
      const taken = takenByOrder(await this.carts.lines(cartId), ordered);
      if (taken.length === 0) return;
      await this.carts.take(cartId, taken);
      const checkedOutAt = new Date().toISOString();
      await this.publisher.publishCartCheckedOut({ cartId, userId, orderId, items: taken, checkedOutAt });
    });
  }

  private async merge(holder: CartHolder & { userId: string }, visitorCartId: string): Promise<void> {
    if (!(await this.carts.isVisitorCart(visitorCartId))) return;
    await this.unitOfWork.run(async () => {
      // Of two calls at once the second finds the visitor's cart gone.
      if (!(await this.carts.lockExisting({ cartId: visitorCartId, userId: null }))) return;
      await this.carts.lock(holder);
      const joining = await this.carts.lines(visitorCartId);
      const own = await this.carts.lines(holder.cartId);
      const lines = merged(own, joining);
      await this.carts.setLines(holder.cartId, lines);
      await this.carts.remove(visitorCartId);
      for (const { productId, quantity } of lines) {
        const before = own.find((line) => line.productId === productId)?.quantity ?? 0;
        await this.tellChange(holder, { productId, quantity: quantity - before });
      }
      const clearedAt = new Date().toISOString();
      await this.publisher.publishCartCleared({ cartId: visitorCartId, reason: 'merged', clearedAt });
    });
  }

  /** `quantity` is the difference: above zero added, below removed. */
  private async tellChange(holder: CartHolder, change: CartLine, price?: number): Promise<void> {
    const { productId, quantity } = change;
    const at = new Date().toISOString();
    const owner = { cartId: holder.cartId, ...(holder.userId === null ? {} : { userId: holder.userId }) };
    if (quantity > 0) {
      const priced = price === undefined ? {} : { price };
      await this.publisher.publishCartItemAdded({ ...owner, productId, quantity, ...priced, addedAt: at });
    } else if (quantity < 0) {
      await this.publisher.publishCartItemRemoved({
        ...owner,
        productId,
        quantity: -quantity,
        removedAt: at,
      });
    }
  }
}
