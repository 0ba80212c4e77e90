import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { loggerOf } from '@/infrastructure/observability/logger';

const PER_SECOND = 10;
const BURST = 50;

/**
 * Publishes `audit.access.denied` for every refused request to the operator's routes, as far as the allowance
 * reaches: a flood of refused requests must not become a flood of events. What is left out is counted in the log.
 */
export function addDeniedAccessAudit(instance: FastifyInstance, publisher: EventPublisherService): void {
  const logger = loggerOf('gateway');
  const allowance = new Allowance(PER_SECOND, BURST);
  instance.addHook('onResponse', (request, reply, done) => {
    if (isDenied(request, reply)) {
      if (allowance.take(performance.now())) {
        publish(publisher, request, reply).catch((error: unknown) => {
          logger.error({ err: error, ipAddress: request.ip }, 'a denied access could not be published');
        });
      } else {
        logger.warn({ ipAddress: request.ip }, 'a denied access was not published: too many at once');
      }
    }
    done();
  });
}

/** A token bucket. */
export class Allowance {
  private left: number;
  private at = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.left = burst;
  }

  take(nowMs: number): boolean {
    const earned = Number.isFinite(this.at) ? ((nowMs - this.at) / 1_000) * this.perSecond : 0;
    this.left = Math.min(this.burst, this.left + earned);
    this.at = nowMs;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}

const isDenied = (request: FastifyRequest, reply: FastifyReply): boolean =>
  (reply.statusCode === 401 || reply.statusCode === 403) && request.url.startsWith('/ops/');

async function publish(
  publisher: EventPublisherService,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  await publisher.publishAuditAccessDenied({
    actorId: 'anonymous',
    action: request.method,
    resource: (request.url.split('?', 1)[0] ?? '').slice(0, 300),
    reason: reply.statusCode === 401 ? 'not authenticated as an operator' : 'not permitted',
    ipAddress: request.ip,
    at: new Date().toISOString(),
  });
}
