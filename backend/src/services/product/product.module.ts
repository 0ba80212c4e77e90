import { Module } from '@nestjs/common';
import { SHOP_CURRENCY, shopCurrency } from '@/infrastructure/config/shop-currency';
import { ServiceModule } from '@/infrastructure/service.module';
import { CatalogueService } from './catalogue.service';
import { CatalogueSeeder } from './entry/catalogue.seeder';
import { OnStockUpdatedHandler } from './entry/on-stock-updated.handler';
import { ProductOperationsController } from './entry/product-operations.controller';
import { ProductsController } from './entry/products.controller';
import { productMigrations } from './state/product.migrations';
import { ProductRepository } from './state/product.repository';
import { StockLevels } from './state/stock-levels';

@Module({
  imports: [ServiceModule.for('product', { migrations: productMigrations })],
  controllers: [ProductsController, ProductOperationsController],
  providers: [
    { provide: SHOP_CURRENCY, useFactory: () => shopCurrency() },
    ProductRepository,
    StockLevels,
    CatalogueService,
    CatalogueSeeder,
    OnStockUpdatedHandler,
  ],
})
export class ProductModule {}
