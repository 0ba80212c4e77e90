import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AnswerTimeoutError } from './http.errors';

const timers = new WeakMap<FastifyRequest, NodeJS.Timeout>();

/**
 * A client gets an answer in time, whatever hangs behind it. Streams are not touched: their headers are out by then.
 * The work itself cannot be cancelled; its own time-outs end it.
 */
export function addAnswerDeadline(
  instance: FastifyInstance,
  withinMs: number,
  refuse: (error: AnswerTimeoutError, request: FastifyRequest, reply: FastifyReply) => void,
): void {
  instance.addHook('onRequest', (request, reply, done) => {
    const timer = setTimeout(() => {
      if (!reply.sent && !reply.raw.headersSent) refuse(new AnswerTimeoutError(withinMs), request, reply);
    }, withinMs);
    timers.set(request, timer);
    reply.raw.once('close', () => clearTimeout(timer));
    done();
  });
  instance.addHook('onSend', (request, _reply, _payload, done) => {
    clearTimeout(timers.get(request));
    done();
  });
}
