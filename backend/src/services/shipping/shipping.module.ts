import { Module } from '@nestjs/common';
import { ServiceModule } from '@/infrastructure/service.module';
import { ShippingChoreographyHandler } from './entry/choreography.handler';
import { OnShipmentCancelRequestedHandler } from './entry/on-shipment-cancel-requested.handler';
import { OnShipmentRequestedHandler } from './entry/on-shipment-requested.handler';
import { Shipments } from './shipments.service';
import { ParcelsDueStore } from './state/parcels-due-store';
import { ShipmentStore } from './state/shipment-store';
import { shippingMigrations } from './state/shipping.migrations';

@Module({
  imports: [ServiceModule.for('shipping', { migrations: shippingMigrations })],
  providers: [
    ShipmentStore,
    ParcelsDueStore,
    Shipments,
    OnShipmentRequestedHandler,
    OnShipmentCancelRequestedHandler,
    ShippingChoreographyHandler,
  ],
})
export class ShippingModule {}
