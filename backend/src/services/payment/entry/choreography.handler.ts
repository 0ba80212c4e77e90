import { Injectable } from '@nestjs/common';
import type { InventoryReservedEvent, OrderCreatedEvent, ShipmentFailedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import type { DeliveryContext } from '@/infrastructure/kafka/delivery/delivery-context';
import { toMinorUnits } from '@/infrastructure/money/minor-units';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { isStorable, isStorableKey } from '@/infrastructure/postgres/storable';
import { Charge } from '../charge.service';
import { MakeNotPaid } from '../make-not-paid.service';
import { ShopCurrency } from '../payment.environment';
import { type DueTerms, DuesStore } from '../state/dues-store';

const isChoreographed = ({ headers }: DeliveryContext): boolean => headers['x-order-flow'] === 'choreography';

/** Payment of the orders that no saga drives: charged once reserved, taken back when the shipment fails. */
@Injectable()
export class PaymentChoreographyHandler {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly dues: DuesStore,
    private readonly charge: Charge,
    private readonly makeNotPaid: MakeNotPaid,
    private readonly currency: ShopCurrency,
  ) {}

  @KafkaHandler('order.created', { name: 'payment.on-order-created', effects: 'external' })
  async onOrderCreated({ data }: OrderCreatedEvent): Promise<void> {
    if (data.flow !== 'choreography' || !isStorableKey(data.orderId) || !isStorable(data)) return;
    const terms = {
      userId: data.userId,
      amount: data.totals.total,
      currency: data.currency ?? this.currency.code,
      paymentMethod: data.paymentMethod ?? '',
    };
    await this.pay(data.orderId, await this.unitOfWork.run(() => this.dues.noteTerms(data.orderId, terms)));
  }

  @KafkaHandler('inventory.reserved', { name: 'payment.on-inventory-reserved', effects: 'external' })
  async onInventoryReserved(
    { data: { orderId } }: InventoryReservedEvent,
    context: DeliveryContext,
  ): Promise<void> {
    if (!isChoreographed(context) || !isStorableKey(orderId)) return;
    await this.pay(orderId, await this.unitOfWork.run(() => this.dues.noteReserved(orderId)));
  }

  @KafkaHandler('shipment.failed', { name: 'payment.on-shipment-failed', effects: 'external' })
  async onShipmentFailed(
    { eventId, data: { orderId } }: ShipmentFailedEvent,
    context: DeliveryContext,
  ): Promise<void> {
    if (isChoreographed(context) && isStorableKey(orderId))
      await this.makeNotPaid.run(orderId, 'choreography', eventId);
  }

  private async pay(orderId: string, due: DueTerms | undefined): Promise<void> {
    if (!due) return;
    const { amount, ...terms } = due;
    const amountMinor = toMinorUnits(amount, terms.currency);
    // Two events lead here, and either may come again: the order is the request, and there is one attempt.
    await this.charge.charge({ orderId, requestId: orderId, ...terms, amountMinor, flow: 'choreography' });
  }
}
