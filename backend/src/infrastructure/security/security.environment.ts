import { z } from 'zod';
import { ConfigurationError } from '@/infrastructure/config/configuration.error';
import { type Environment, readEnvironment, text } from '@/infrastructure/config/env';
import type { Fault } from '@/infrastructure/errors/coded-error';

export interface SecurityEnvironment {
  readonly jwtSecret: string | undefined;
  readonly operatorToken: string | undefined;
  readonly dataDir: string;
  readonly production: boolean;
}

// RFC 7518, 3.2: a key of HS256 has at least the size of the hash.
const MIN_SECRET_BYTES = 32;

export const securityVariables = z.object({
  AUTH_JWT_SECRET: text()
    .refine(
      (secret) => secret === undefined || Buffer.byteLength(secret) >= MIN_SECRET_BYTES,
      `must have at least ${MIN_SECRET_BYTES} bytes`,
    )
    .meta({
      description: 'Signs access tokens; the same for all processes that share no `DATA_DIR`',
      allowed: `at least ${MIN_SECRET_BYTES} bytes`,
      byDefault: 'made at random and kept in `DATA_DIR`',
    }),
  OPERATOR_TOKEN: text().describe(
    'Bearer token for `/ops/api`; without one those routes are open on loopback only, in production to nobody',
  ),
  DATA_DIR: text(),
  NODE_ENV: text(),
});

export function readSecurityEnvironment(environment: Environment): SecurityEnvironment {
  const faults: Fault[] = [];
  const read = readEnvironment(securityVariables, environment, faults);
  if (!read) throw new ConfigurationError(faults);
  return {
    jwtSecret: read.AUTH_JWT_SECRET,
    operatorToken: read.OPERATOR_TOKEN,
    dataDir: read.DATA_DIR ?? '.data',
    production: read.NODE_ENV === 'production',
  };
}
