import { z } from 'zod';
import { pageQuery } from '@/infrastructure/http/page';
import { idText, plainText } from '@/infrastructure/http/validation';
import { sagaStatuses } from '@/infrastructure/saga/saga-state';
import { scopeQuery } from '../ops-peers';
import { type SagaAct, sagaActs } from './saga-act';

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const DURATION = /^(\d{1,6})([smhd])$/;

/** `90s`, `10m`, `2h` or `3d` as seconds. */
const duration = z
  .string()
  .regex(DURATION, 'must be a number with s, m, h or d, such as 10m')
  .transform((text) => {
    const [, count, unit] = DURATION.exec(text) ?? [];
    return Number(count) * SECONDS[unit as keyof typeof SECONDS];
  });

const statuses = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(sagaStatuses)));

export const listQuery = z.object({
  ...pageQuery({ limit: 50, max: 200 }),
  ...scopeQuery,
  type: idText.optional(),
  /** One or several, separated by commas. */
  status: statuses.optional(),
  orderId: idText.optional(),
  /** Of a saga or of an order. */
  about: idText.optional(),
  step: idText.optional(),
  /** Has not moved on for this long. */
  olderThan: duration.optional(),
});

export type ListQuery = z.output<typeof listQuery>;

export const scopeOnly = z.object(scopeQuery);

/** A saga's id, or that of an order: then the only saga of it, or the one of several that is not over. */
export const sagaParams = z.object({ id: idText });
export const actParams = z.object({ id: idText, act: z.enum(sagaActs) });

const nothing = z.strictObject({});
const withReason = z.strictObject({ reason: plainText(1_000) });

type Parse = <Schema extends z.ZodType>(schema: Schema, value: unknown) => z.output<Schema>;

/** The body of an act, checked by what the act needs. */
export function sagaActOf(kind: SagaAct['kind'], body: unknown, parse: Parse): SagaAct {
  switch (kind) {
    case 'resume':
    case 'retry-step':
      parse(nothing, body);
      return { kind };
    case 'compensate':
    case 'resolve':
      return { kind, ...parse(withReason, body) };
  }
}
