import { Module } from '@nestjs/common';
import { SHOP_CURRENCY, shopCurrency } from '@/infrastructure/config/shop-currency';
import { ServiceModule } from '@/infrastructure/service.module';
import { CartService } from './cart.service';
import { CartController } from './entry/cart.controller';
import { OnOrderCreatedHandler } from './entry/on-order-created.handler';
import { OnProductEventsHandler } from './entry/on-product-events.handler';
import { cartMigrations } from './state/cart.migrations';
import { CartRepository } from './state/cart.repository';
import { SoldProducts } from './state/sold-products';

@Module({
  imports: [ServiceModule.for('cart', { migrations: cartMigrations })],
  controllers: [CartController],
  providers: [
    { provide: SHOP_CURRENCY, useFactory: () => shopCurrency() },
    CartService,
    CartRepository,
    SoldProducts,
    OnProductEventsHandler,
    OnOrderCreatedHandler,
  ],
})
export class CartModule {}
