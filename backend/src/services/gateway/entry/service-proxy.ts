import httpProxy from '@fastify/http-proxy';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CORRELATION_HEADER, causalityOf } from '@/infrastructure/http/request-context';
import { OperatorTokenError } from '@/infrastructure/security/security.errors';
import { type RoutedService, routedServices, SERVICE_ROUTES } from '../domain/service-routes';
import { ServiceUnavailableError } from '../gateway.errors';

export interface ProxyOptions {
  /** Services of this process answer for themselves. */
  readonly local: ReadonlySet<string>;
  readonly addresses: ReadonlyMap<RoutedService, string>;
  readonly admitsOperator: (request: FastifyRequest) => boolean;
}

const CONNECT_TIMEOUT_MS = 2_000;
const HEADERS_TIMEOUT_MS = 8_000;
/** Event streams say something every 15 s. */
const SILENCE_TIMEOUT_MS = 60_000;

/** Hands requests on to the processes that run the other services. */
export function addServiceProxies(instance: FastifyInstance, options: ProxyOptions): void {
  for (const service of routedServices) {
    if (options.local.has(service)) continue;
    const address = options.addresses.get(service);
    for (const prefix of SERVICE_ROUTES[service]) {
      void instance.register(async (scope) => {
        // The body passes as it comes; the service reads it.
        scope.removeAllContentTypeParsers();
        scope.addHook('onRequest', async (request) => {
          if (prefix.startsWith('/ops/') && !options.admitsOperator(request)) throw new OperatorTokenError();
          if (address === undefined) throw new ServiceUnavailableError(service);
        });
        await scope.register(httpProxy, {
          upstream: address ?? 'http://127.0.0.1',
          prefix,
          rewritePrefix: prefix,
          disableCache: true,
          undici: {
            connect: { timeout: CONNECT_TIMEOUT_MS },
            headersTimeout: HEADERS_TIMEOUT_MS,
            bodyTimeout: SILENCE_TIMEOUT_MS,
          },
          replyOptions: {
            rewriteRequestHeaders: (request, headers) => ({
              ...headers,
              ...forwarded(request as FastifyRequest),
            }),
            onError: (reply, { error }) => {
              reply.send(new ServiceUnavailableError(service, error));
            },
          },
        });
      });
    }
  }
}

function forwarded(request: FastifyRequest): Record<string, string> {
  const causality = causalityOf(request);
  return {
    'x-forwarded-for': request.ip,
    'x-forwarded-proto': request.protocol,
    ...(causality ? { [CORRELATION_HEADER]: causality.correlationId } : {}),
    ...(causality?.traceparent === undefined ? {} : { traceparent: causality.traceparent }),
  };
}
