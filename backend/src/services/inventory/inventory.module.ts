import { Module } from '@nestjs/common';
import { ServiceModule } from '@/infrastructure/service.module';
import { InventoryEventHandler } from './entry/inventory-event.handler';
import { OnLaterStepFailedHandler } from './entry/on-later-step-failed.handler';
import { OnOrderCompletedHandler } from './entry/on-order-completed.handler';
import { OnProductCreatedHandler } from './entry/on-product-created.handler';
import { OnReleaseRequestedHandler } from './entry/on-release-requested.handler';
import { OnReservationRequestedHandler } from './entry/on-reservation-requested.handler';
import { InventoryService } from './inventory.service';
import { Reservations } from './reservations.service';
import { inventoryMigrations } from './state/inventory.migrations';
import { StockBooks } from './state/stock-books';
import { StockStore } from './state/stock-store';
import { StockAnnouncer } from './stock-announcer.service';

@Module({
  imports: [ServiceModule.for('inventory', { migrations: inventoryMigrations, onDead: 'wait' })],
  providers: [
    StockStore,
    StockBooks,
    StockAnnouncer,
    InventoryService,
    Reservations,
    InventoryEventHandler,
    OnReservationRequestedHandler,
    OnReleaseRequestedHandler,
    OnOrderCompletedHandler,
    OnLaterStepFailedHandler,
    OnProductCreatedHandler,
  ],
  exports: [InventoryService, InventoryEventHandler],
})
export class InventoryModule {}
