import { z } from 'zod';
import { kafkaVariables } from '@/infrastructure/kafka/kafka.environment';
import { platformVariables } from '@/infrastructure/platform/platform';
import { securityVariables } from '@/infrastructure/security/security.environment';
import { gatewayVariables } from '@/services/gateway/gateway.environment';
import { mailVariables } from '@/services/notification/mail/mail.environment';
import { orderVariables } from '@/services/order/order.environment';
import { paymentVariables } from '@/services/payment/payment.environment';

export interface Variable {
  readonly name: string;
  readonly meaning: string | undefined;
  readonly byDefault: string | undefined;
  readonly allowed: string | undefined;
}

const groups = {
  Process: platformVariables,
  'Event log': kafkaVariables,
  Security: securityVariables,
  Gateway: gatewayVariables,
  Orders: orderVariables,
  Payments: paymentVariables,
  Mail: mailVariables,
} as const;

/** Every variable that the backend reads, as its schemas have it; a name that several read is told once. */
export function variablesByGroup(): readonly {
  readonly title: string;
  readonly variables: readonly Variable[];
}[] {
  const told = new Set<string>();
  return Object.entries(groups).map(([title, { shape }]) => ({
    title,
    variables: Object.entries(shape).flatMap(([name, schema]) => {
      if (told.has(name)) return [];
      told.add(name);
      return [variable(name, schema)];
    }),
  }));
}

function variable(name: string, schema: z.ZodType): Variable {
  const { description, byDefault, allowed } = meta(schema);
  const { data } = schema.safeParse(undefined);
  const parsed = data === undefined || typeof data === 'object' ? undefined : String(data);
  return { name, meaning: description, byDefault: byDefault ?? parsed, allowed };
}

/** Of the schema and of what it is made from, since a transformation begins a schema of its own. */
function meta(schema: z.core.$ZodType): z.core.GlobalMeta {
  const { def } = schema._zod;
  const inner = def.type === 'pipe' ? meta((def as z.core.$ZodPipeDef).in) : {};
  return { ...inner, ...z.globalRegistry.get(schema) };
}
