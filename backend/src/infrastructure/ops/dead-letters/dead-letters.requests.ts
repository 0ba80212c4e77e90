import { z } from 'zod';
import { pageQuery } from '@/infrastructure/http/page';
import { idText, plainText, timeText } from '@/infrastructure/http/validation';
import { letterStatuses } from '@/infrastructure/kafka/dead-letters/letter';
import type { BulkAct } from '@/infrastructure/kafka/dead-letters/bulk/bulk-job';
import type { LetterAct } from '@/infrastructure/kafka/dead-letters/letter-acts';
import { scopeQuery } from '../ops-peers';

const filterShape = {
  group: idText.optional(),
  handler: idText.optional(),
  topic: idText.optional(),
  eventType: idText.optional(),
  key: plainText(1_000).optional(),
  /** The cause's code. */
  cause: idText.optional(),
  from: timeText.optional(),
  to: timeText.optional(),
};

const status = z.enum(letterStatuses);

export const listQuery = z.strictObject({
  ...pageQuery({ limit: 50, max: 200 }),
  ...filterShape,
  ...scopeQuery,
  status: status.optional(),
});

export const groupsQuery = z.strictObject({ ...filterShape, ...scopeQuery, status: status.default('dead') });

export const scopeOnly = z.object(scopeQuery);

export const letterParams = z.object({ id: z.uuid() });

const acts = ['retry', 'edit', 'skip', 'discard'] as const;
export const actParams = z.object({ id: z.uuid(), act: z.enum(acts) });

const reason = plainText(1_000);
const patch = z.record(z.string(), z.json());
const nothing = z.strictObject({});

const bodies = {
  retry: nothing,
  skip: z.strictObject({ reason: reason.optional() }),
  discard: z.strictObject({ reason }),
  edit: z
    .strictObject({
      data: z.json().optional(),
      patch: patch.optional(),
      valueBase64: z.base64().optional(),
      dryRun: z.boolean().default(false),
    })
    .refine(
      ({ data, patch, valueBase64 }) =>
        [data, patch, valueBase64].filter((given) => given !== undefined).length === 1,
      'must have one of data, patch and valueBase64',
    ),
} as const;

export const editBody = bodies.edit;

/** The body of an act, checked by what the act needs. */
export function letterActOf(kind: (typeof acts)[number], body: unknown, parse: Parse): LetterAct {
  switch (kind) {
    case 'retry':
      parse(bodies.retry, body);
      return { kind };
    case 'skip':
      return { kind, ...parse(bodies.skip, body) };
    case 'discard':
      return { kind, ...parse(bodies.discard, body) };
    case 'edit': {
      const { dryRun: _, ...edit } = parse(bodies.edit, body);
      return { kind, edit: editOf(edit) };
    }
  }
}

type Parse = <Schema extends z.ZodType>(schema: Schema, value: unknown) => z.output<Schema>;

export function editOf({ data, patch, valueBase64 }: Omit<z.output<typeof editBody>, 'dryRun'>) {
  if (valueBase64 !== undefined) return { valueBase64 };
  return patch === undefined ? { data } : { patch };
}

const MOST_IDS = 10_000;

export const bulkBody = z
  .strictObject({
    /** Letters that are dead and match; an empty one means all that are dead. */
    filter: z.strictObject({ ...filterShape, status: z.literal('dead').optional() }).optional(),
    ids: z.array(z.uuid()).min(1).max(MOST_IDS).optional(),
    act: z.enum(acts),
    /** Letters per second. */
    rate: z.number().positive().max(10_000).default(10),
    dryRun: z.boolean().default(false),
    reason: reason.optional(),
    patch: patch.optional(),
    /** From process to process: the job that this is a part of, and how many letters it has as a whole. */
    job: z.strictObject({ id: z.uuid(), total: z.int().min(1) }).optional(),
  })
  .superRefine(({ filter, ids, act, reason, patch }, { addIssue }) => {
    const fault = (path: string, message: string) => addIssue({ code: 'custom', path: [path], message });
    if ((filter === undefined) === (ids === undefined)) fault('filter', 'is needed, or ids instead of it');
    if (act === 'discard' && reason === undefined) fault('reason', 'is needed for discard');
    if (act === 'edit' && patch === undefined) fault('patch', 'is needed for edit');
    if (act !== 'edit' && patch !== undefined) fault('patch', 'is for edit only');
    if ((act === 'retry' || act === 'edit') && reason !== undefined)
      fault('reason', 'is for skip and discard only');
  });

export type BulkBody = z.output<typeof bulkBody>;

export function bulkActOf({ act, reason, patch }: BulkBody): BulkAct {
  switch (act) {
    case 'retry':
      return { kind: act };
    case 'skip':
      return { kind: act, reason };
    case 'discard':
      return { kind: act, reason: reason ?? '' };
    case 'edit':
      return { kind: act, edit: { patch: patch ?? {} } };
  }
}

export const bulkParams = z.object({ id: z.uuid() });
export const bulkListQuery = z.strictObject({ ...scopeQuery, id: z.uuid().optional() });
