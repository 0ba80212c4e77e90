import { z } from 'zod';
import type { FastifyRequest } from 'fastify';
import { plainText } from '@/infrastructure/http/validation';
import type { BrowserEvent } from '../domain/browser-event';
import { BatchTooLargeError, MalformedBatchError } from '../gateway.errors';

const MAX_BATCH_BYTES = 512_000;
export const MAX_EVENT_BYTES = 32_768;

export const batchInput = z.object({
  batch: z.array(z.unknown()),
  sentAt: z.string().max(64).optional(),
  writeKey: z.string().max(200).optional(),
});

const id = plainText(200)
  .nullish()
  .transform((value) => value ?? undefined);

/** `type` is the name, as our tracker has it; `{ type: 'track', event }` is how others say it. */
export const eventInput = z
  .object({
    type: plainText(200).optional(),
    event: plainText(200).optional(),
    messageId: id,
    timestamp: z.string().max(64).optional(),
    anonymousId: id,
    userId: id,
    sessionId: id,
    properties: z.record(z.string(), z.unknown()).default({}),
  })
  .transform(({ type, event, ...rest }, context): BrowserEvent => {
    const name = type === undefined || type === 'track' ? (event ?? type) : type;
    if (name === undefined) context.addIssue({ code: 'custom', path: ['type'], message: 'is missing' });
    return { name: name ?? '', ...rest };
  });

/** Beacons come as text, so that a browser asks no permission before it sends them. */
export function readBody(request: FastifyRequest, body: unknown): unknown {
  if (sizeOf(request, body) > MAX_BATCH_BYTES) throw new BatchTooLargeError(MAX_BATCH_BYTES);
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    throw new MalformedBatchError();
  }
}

/** Infinite for what cannot be written again: levels beyond the depth of the stack. */
export function bytesOf(value: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(value) ?? '');
  } catch (error) {
    if (error instanceof RangeError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

function sizeOf(request: FastifyRequest, body: unknown): number {
  const declared = Number(request.headers['content-length']);
  if (Number.isFinite(declared)) return declared;
  return typeof body === 'string' ? Buffer.byteLength(body) : bytesOf(body);
}
