import type { FastifyInstance } from 'fastify';
import { noSuch } from '../errors/stripe-failure.ts';
import type { PageRequest } from '../store/collection.ts';
import type { PaymentStore } from '../store/payment-store.ts';
import { FormReader } from './form.ts';
import { intentOnWire, listOnWire, refundOnWire } from './wire.ts';

interface WithId {
  Params: { id: string };
}

/** What only reads in Stripe's API. Nothing is shown before it is durable. */
export function stripeQueries(app: FastifyInstance, store: PaymentStore): void {
  app.get<WithId>('/payment_intents/:id', async (request) => {
    const query = new FormReader(request.query);
    query.ignore('client_secret');
    query.finish();
    const intent = store.intents.get(request.params.id);
    if (intent === undefined) throw noSuch('payment_intent', request.params.id, 'intent');
    await store.settled();
    return intentOnWire(intent);
  });

  app.get('/payment_intents', async (request) => {
    const query = new FormReader(request.query);
    const page = store.intents.page(pageOf(query));
    query.finish();
    await store.settled();
    return listOnWire('/v1/payment_intents', page, intentOnWire);
  });

  app.get<WithId>('/refunds/:id', async (request) => {
    const refund = store.refunds.get(request.params.id);
    if (refund === undefined) throw noSuch('refund', request.params.id, 'refund');
    await store.settled();
    return refundOnWire(refund);
  });

  app.get('/refunds', async ({ query: parameters }) => {
    const query = new FormReader(parameters);
    const filter = query.text('payment_intent');
    const charge = query.text('charge');
    const request = pageOf(query);
    query.finish();
    const intent = charge === undefined ? filter : store.intentOfCharge(charge)?.id;
    if (filter !== undefined && store.intents.get(filter) === undefined) {
      throw noSuch('payment_intent', filter, 'payment_intent', 400);
    }
    if (charge !== undefined && (intent === undefined || (filter !== undefined && filter !== intent))) {
      throw noSuch('charge', charge, 'charge', 400);
    }
    const page = intent === undefined ? store.refunds.page(request) : store.refundsOfIntent(intent, request);
    await store.settled();
    return listOnWire('/v1/refunds', page, refundOnWire);
  });
}

function pageOf(query: FormReader): PageRequest {
  return {
    limit: query.integer('limit', { min: 1, max: 100 }) ?? 10,
    startingAfter: query.text('starting_after'),
    endingBefore: query.text('ending_before'),
  };
}
