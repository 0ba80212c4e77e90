import { Module } from '@nestjs/common';
import { Breakers } from '@/infrastructure/kafka/breaker/breakers';
import { muteInReplay } from '@/infrastructure/kafka/replay/mute-in-replay';
import { ServiceModule } from '@/infrastructure/service.module';
import { Charge } from './charge.service';
import { PaymentChoreographyHandler } from './entry/choreography.handler';
import { OnPaymentRefundRequestedHandler } from './entry/on-payment-refund-requested.handler';
import { OnPaymentRequestedHandler } from './entry/on-payment-requested.handler';
import { MakeNotPaid } from './make-not-paid.service';
import { PaymentAnswers } from './payment-answers.service';
import { readPaymentEnvironment, ShopCurrency, stripeOf } from './payment.environment';
import { PAYMENT_PROVIDER } from './provider/payment-provider.port';
import { StripeProvider } from './provider/stripe.provider';
import { DuesStore } from './state/dues-store';
import { paymentMigrations } from './state/payment.migrations';
import { PaymentStore } from './state/payment-store';

@Module({
  imports: [
    ServiceModule.for('payment', {
      migrations: paymentMigrations,
      onDead: 'wait',
      delivery: { concurrency: 32 },
    }),
  ],
  providers: [
    {
      provide: PAYMENT_PROVIDER,
      inject: [Breakers],
      useFactory: (breakers: Breakers) =>
        muteInReplay(new StripeProvider(stripeOf(readPaymentEnvironment(process.env)), breakers), {
          name: 'payment-provider',
        }),
    },
    { provide: ShopCurrency, useFactory: () => readPaymentEnvironment(process.env).currency },
    PaymentStore,
    DuesStore,
    PaymentAnswers,
    Charge,
    MakeNotPaid,
    OnPaymentRequestedHandler,
    OnPaymentRefundRequestedHandler,
    PaymentChoreographyHandler,
  ],
})
export class PaymentModule {}
