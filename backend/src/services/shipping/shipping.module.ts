import { Module } from '@nestjs/common';
import { ServiceModule } from '@/infrastructure/service.module';
import { ShippingChoreographyHandler } from './entry/choreography.handler';
import { OnShipmentCancelRequestedHandler } from './entry/on-shipment-cancel-requested.handler';
import { OnShipmentRequestedHandler } from './entry/on-shipment-requested.handler';
import { ShippingReturnHandler } from './entry/return.handler';
import { ParcelReturns } from './returns.service';
import { Shipments } from './shipments.service';
import { ParcelsDueStore } from './state/parcels-due-store';
import { ReturnStore } from './state/return-store';
import { ShipmentStore } from './state/shipment-store';
import { shippingMigrations } from './state/shipping.migrations';

@Module({
  imports: [ServiceModule.for('shipping', { migrations: shippingMigrations })],
  providers: [
    ShipmentStore,
    ParcelsDueStore,
    ReturnStore,
    Shipments,
    ParcelReturns,
    OnShipmentRequestedHandler,
    OnShipmentCancelRequestedHandler,
    ShippingChoreographyHandler,
    ShippingReturnHandler,
  ],
})
export class ShippingModule {}
