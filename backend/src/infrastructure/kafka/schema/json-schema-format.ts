import { type JsonObject, jsonFault } from '@shop/contracts';
import { z } from 'zod';
import type { Fault } from '@/infrastructure/errors/coded-error';

/** Data of one event type as JSON, checked by a JSON Schema. */
export class JsonSchemaFormat {
  private readonly schema: z.ZodType;

  /** Throws where the schema uses what cannot be checked. */
  constructor(schema: JsonObject) {
    this.schema = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
  }

  faults(data: unknown): Fault[] {
    const unwritable = jsonFault(data, 'data');
    if (unwritable) return [unwritable];
    const checked = this.schema.safeParse(data);
    if (checked.success) return [];
    return checked.error.issues.map(({ path, message }) => ({ path: pathOf(path), message }));
  }
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${String(part)}`),
    'data',
  );
}
