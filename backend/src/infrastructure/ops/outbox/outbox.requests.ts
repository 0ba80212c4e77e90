import { z } from 'zod';
import { isSequence, pageQuery } from '@/infrastructure/http/page';
import { idText, plainText } from '@/infrastructure/http/validation';
import { scopeQuery } from '../ops-peers';
import { type OutboxAct, outboxActs } from './outbox-view';

export const listQuery = z.object({
  ...pageQuery({ limit: 50, max: 200 }),
  ...scopeQuery,
  service: idText.optional(),
});

export type ListQuery = z.output<typeof listQuery>;

export const scopeOnly = z.object(scopeQuery);

export const actParams = z.object({
  service: idText,
  seq: z.string().refine(isSequence, 'must be the number of a row'),
  act: z.enum(outboxActs),
});

export type ActParams = z.output<typeof actParams>;

const nothing = z.strictObject({});
const withReason = z.strictObject({ reason: plainText(1_000) });

type Parse = <Schema extends z.ZodType>(schema: Schema, value: unknown) => z.output<Schema>;

/** The body of an act, checked by what the act needs. */
export function outboxActOf(kind: OutboxAct['kind'], body: unknown, parse: Parse): OutboxAct {
  if (kind === 'set-aside') return { kind, ...parse(withReason, body) };
  parse(nothing, body);
  return { kind };
}
