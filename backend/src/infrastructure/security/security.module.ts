import { join } from 'node:path';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Environment } from '@/infrastructure/config/env';
import { AccessTokens } from './access-tokens';
import { OperatorAccess } from './operator-access';
import { readSecurityEnvironment } from './security.environment';
import { sharedSecret } from './shared-secret';

/** Tokens and guards for every controller. Global: imported once, by the root. */
@Global()
@Module({})
export class SecurityModule {
  /** Throws `ConfigurationError` with every fault of its variables. */
  static forRoot(environment: Environment = process.env): DynamicModule {
    const { jwtSecret, operatorToken, dataDir, production } = readSecurityEnvironment(environment);
    const secret = async () => jwtSecret ?? sharedSecret(join(dataDir, 'secrets', 'jwt'));
    return {
      module: SecurityModule,
      providers: [
        { provide: AccessTokens, useValue: new AccessTokens(secret) },
        { provide: OperatorAccess, useValue: new OperatorAccess({ token: operatorToken, production }) },
      ],
      exports: [AccessTokens, OperatorAccess],
    };
  }
}
