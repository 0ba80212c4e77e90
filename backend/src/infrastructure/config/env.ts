import { z } from 'zod';
import type { Fault } from '@/infrastructure/errors/coded-error';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that is set to nothing counts as not set, as Docker Compose and Kubernetes write it. */
const blankIsUnset = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;

const optional = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(blankIsUnset, schema.optional());

export const text = () => optional(z.string().trim());

declare module 'zod' {
  /** What docs/configuration.md says of a variable, beside zod's own `description`. */
  interface GlobalMeta {
    /** In words, where the schema does not know it. */
    readonly byDefault?: string;
    readonly allowed?: string;
  }
}

export const flag = (fallback: boolean) =>
  z
    .preprocess(
      blankIsUnset,
      z
        .enum(['true', 'false'], 'must be true or false')
        .transform((value) => value === 'true')
        .default(fallback),
    )
    .meta({ allowed: 'true, false' });

/** A whole number in decimal digits; `unit` is said in the fault. */
export const integer = (fallback: number, bounds: { min: number; max: number; unit: string }) =>
  z
    .preprocess(
      blankIsUnset,
      z
        .string()
        .trim()
        .regex(/^-?\d+$/, `must be a whole number (${bounds.unit})`)
        .transform(Number)
        .refine(
          (value) => value >= bounds.min && value <= bounds.max,
          `must be from ${bounds.min} to ${bounds.max} (${bounds.unit})`,
        )
        .default(fallback),
    )
    .meta({ allowed: `${bounds.min} to ${bounds.max}, ${bounds.unit}` });

export const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  optional(z.enum(values, `must be one of ${values.join(', ')}`)).meta({ allowed: values.join(', ') });

export const port = (fallback: number) => integer(fallback, { min: 0, max: 65_535, unit: 'a TCP port' });

/** Parses, or adds one fault per variable and answers undefined. */
export function readEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Environment,
  faults: Fault[],
): z.output<Schema> | undefined {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues)
    faults.push({ path: issue.path.join('.'), message: issue.message });
  return undefined;
}
