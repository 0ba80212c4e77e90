import { Body, Controller, Delete, Get, Param, Put, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { idText } from '@/infrastructure/http/validation';
import { fromMinorUnits } from '@/infrastructure/money/minor-units';
import { OptionalAccessTokenGuard } from '@/infrastructure/security/access-token.guard';
import type { AuthenticatedUser } from '@/infrastructure/security/access-tokens';
import { MaybeUser } from '@/infrastructure/security/current-user.decorator';
import { CartService } from '../cart.service';
import { type Cart, type CartHolder, lineTotalMinor, MAX_QUANTITY, subtotalMinor } from '../domain/cart';
import { clearCartCookie, readCartCookie, setCartCookie } from './cart-cookie';

const change = z.object({ quantity: z.number().int().min(1).max(MAX_QUANTITY) });

export interface CartView {
  readonly cartId: string;
  readonly items: readonly {
    readonly productId: string;
    readonly name: string;
    readonly price: number;
    readonly quantity: number;
    readonly lineTotal: number;
  }[];
  readonly subtotal: number;
  readonly currency: string;
}

type User = AuthenticatedUser | undefined;

@Controller('api/cart')
@UseGuards(OptionalAccessTokenGuard)
export class CartController {
  constructor(private readonly carts: CartService) {}

  @Get()
  async view(
    @MaybeUser() user: User,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CartView> {
    return toView(await this.carts.view(await this.holder(user, request, reply)));
  }

  @Put('items/:productId')
  async put(
    @Param('productId', { schema: idText }) productId: string,
    @Body({ schema: change }) { quantity }: z.output<typeof change>,
    @MaybeUser() user: User,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CartView> {
    return toView(await this.carts.setQuantity(await this.holder(user, request, reply), productId, quantity));
  }

  @Delete('items/:productId')
  async delete(
    @Param('productId', { schema: idText }) productId: string,
    @MaybeUser() user: User,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CartView> {
    return toView(await this.carts.removeProduct(await this.holder(user, request, reply), productId));
  }

  private async holder(user: User, request: FastifyRequest, reply: FastifyReply): Promise<CartHolder> {
    const cookie = readCartCookie(request);
    if (!user) {
      const visitor = await this.carts.visitor(cookie);
      setCartCookie(request, reply, visitor.cartId);
      return visitor;
    }
    const holder = await this.carts.user(user.userId, cookie);
    if (cookie !== undefined) clearCartCookie(request, reply);
    return holder;
  }
}

function toView({ cartId, currency, lines }: Cart): CartView {
  const amount = (minor: number) => fromMinorUnits(minor, currency);
  return {
    cartId,
    items: lines.map((line) => ({
      productId: line.productId,
      name: line.name,
      price: amount(line.priceMinor),
      quantity: line.quantity,
      lineTotal: amount(lineTotalMinor(line)),
    })),
    subtotal: amount(subtotalMinor(lines)),
    currency,
  };
}
