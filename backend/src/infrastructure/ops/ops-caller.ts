import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CORRELATION_HEADER, causalityOf } from '@/infrastructure/http/request-context';
import { parseInput } from '@/infrastructure/http/validation';

const OPERATOR_HEADER = 'x-operator';
const UNNAMED = 'operator';

/** Who uses the operator's routes, and what a request handed on to another process carries on. */
export interface OpsCaller {
  /** From `X-Operator`; stands in the audit trail. */
  readonly operator: string;
  readonly headers: Readonly<Record<string, string>>;
}

const headers = z.object({
  [OPERATOR_HEADER]: z
    .string()
    .trim()
    .regex(/^[\x20-\x7e]{1,100}$/, 'must be up to 100 printable ASCII characters')
    .default(UNNAMED),
});

/** Throws `InvalidInputError` for a name that cannot stand in the trail. */
export function callerOf(request: FastifyRequest): OpsCaller {
  const operator = parseInput(headers, request.headers)[OPERATOR_HEADER];
  const { authorization } = request.headers;
  const causality = causalityOf(request);
  return {
    operator,
    headers: {
      [OPERATOR_HEADER]: operator,
      ...(authorization === undefined ? {} : { authorization }),
      ...(causality ? { [CORRELATION_HEADER]: causality.correlationId } : {}),
    },
  };
}
