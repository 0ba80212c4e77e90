import { Injectable, StandardSchemaValidationPipe } from '@nestjs/common';
import { z } from 'zod';
import type { Fault } from '@/infrastructure/errors/coded-error';
import { InvalidInputError } from './http.errors';

type Issue = {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined;
};

/** Text that PostgreSQL can keep: it has no U+0000. Ids are free strings, not only UUIDs. */
export const plainText = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => !value.includes('\u0000'), 'must not hold the character U+0000');

export const idText = plainText(200);

/** ISO 8601 with `Z` or an offset, as far as PostgreSQL knows it: no year 0, offsets below 16 hours. */
export const timeText = z.iso
  .datetime({ offset: true })
  .max(64)
  .refine((text) => !text.startsWith('0000') && !/[+-](?:1[6-9]|2\d):\d\d$/.test(text), 'is no time');

/** Checks every `@Body({ schema })`, `@Query({ schema })` and `@Param(…, { schema })`; hands on the parsed value. */
@Injectable()
export class SchemaValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ transform: true, exceptionFactory: (issues) => new InvalidInputError(issues.map(toFault)) });
  }

  // The body parser refuses `__proto__` before, and what walks through a body here pays for its depth in seconds.
  protected override stripProtoKeys(): void {}
}

/** For values that do not come through a decorator. Throws `InvalidInputError`. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(parsed.error.issues.map(toFault));
}

export function toFault(issue: Issue): Fault {
  return { path: toPath(issue.path ?? []), message: issue.message };
}

/** `['items', 0, 'quantity']` is written `items[0].quantity`; the whole body is the empty path. */
function toPath(segments: NonNullable<Issue['path']>): string {
  return segments.reduce<string>((path, segment) => {
    const key = typeof segment === 'object' ? segment.key : segment;
    if (typeof key === 'number') return `${path}[${key}]`;
    return path === '' ? String(key) : `${path}.${String(key)}`;
  }, '');
}
