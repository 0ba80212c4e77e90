import { randomUUIDv7 } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Causality, runWithCausality } from '@/infrastructure/kafka/delivery/delivery-context';

export const CORRELATION_HEADER = 'x-correlation-id';

const CORRELATION_ID = /^[\w.:-]{1,128}$/;
// W3C Trace Context, version 00: version, trace id, parent id, flags.
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

const known = new WeakMap<FastifyRequest, Causality>();

export const causalityOf = (request: FastifyRequest): Causality | undefined => known.get(request);

/** A caller's correlation id and trace are kept where they are well formed; otherwise a new id is minted. */
function causalityFrom(headers: IncomingHttpHeaders): Causality {
  const correlationId = single(headers[CORRELATION_HEADER]);
  const traceparent = single(headers['traceparent']);
  return {
    correlationId: correlationId && CORRELATION_ID.test(correlationId) ? correlationId : randomUUIDv7(),
    ...(traceparent && TRACEPARENT.test(traceparent) ? { traceparent } : {}),
  };
}

/** Gives each request its causality, and lets whatever it publishes carry it. */
export function addRequestContext(instance: FastifyInstance): void {
  instance.addHook('onRequest', (request, reply, done) => {
    const causality = causalityFrom(request.headers);
    known.set(request, causality);
    reply.header(CORRELATION_HEADER, causality.correlationId);
    done();
  });
  // After the body was parsed: a parser's stream events would lose an asynchronous context opened earlier.
  instance.addHook('preValidation', (request, _reply, done) => {
    const causality = known.get(request);
    if (causality) runWithCausality(causality, done);
    else done();
  });
}

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;
