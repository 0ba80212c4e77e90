import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { invalidRequest, StripeFailure } from '../errors/stripe-failure.ts';
import type { Form } from './form.ts';
import { parseForm } from './form.ts';
import type { Operation } from './operation.ts';
import type { OperationRunner } from './operation-runner.ts';
import {
  cancelPaymentIntent,
  confirmPaymentIntent,
  createPaymentIntent,
} from './payment-intent.operations.ts';
import { createRefund } from './refund.operations.ts';
import { requireTestKey } from './test-key.ts';

interface WithId {
  Params: { id: string };
}

/** What changes something in Stripe's API under /v1: forms in, JSON out, errors as `{ error }`. */
export function stripeRoutes(app: FastifyInstance, runner: OperationRunner): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      done(null, parseForm(String(body)));
    },
  );
  app.addHook('onRequest', async (request, reply) => {
    const version = request.headers['stripe-version'];
    if (typeof version === 'string') reply.header('stripe-version', version);
    requireTestKey(request.headers.authorization);
  });
  app.setNotFoundHandler((request) => {
    throw new StripeFailure(
      404,
      'invalid_request_error',
      `Unrecognized request URL (${request.method}: ${pathOf(request)}).`,
    );
  });

  const post = <P>(url: string, operation: Operation<P>): void => {
    app.post<WithId>(url, async (request, reply) => {
      const answer = await runner.run(operation, {
        path: pathOf(request),
        id: request.params.id ?? '',
        form: (request.body ?? {}) as Form,
        requestId: request.id,
        idempotencyKey: idempotencyKeyOf(request),
      });
      if (answer.lost) return loseReply(reply);
      if (answer.originalRequest !== undefined) {
        reply.header('idempotent-replayed', 'true').header('original-request', answer.originalRequest);
      }
      if (answer.status >= 500) reply.header('stripe-should-retry', 'false');
      return reply.code(answer.status).send(answer.body);
    });
  };

  post('/payment_intents', createPaymentIntent);
  post('/payment_intents/:id/confirm', confirmPaymentIntent);
  post('/payment_intents/:id/cancel', cancelPaymentIntent);
  post('/refunds', createRefund);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? request.url;
}

function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || key === '') throw invalidRequest('Invalid Idempotency-Key header.');
  return key;
}

function loseReply(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.socket?.destroy();
}
