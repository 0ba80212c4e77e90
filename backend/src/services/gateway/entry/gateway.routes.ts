import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { loggerOf } from '@/infrastructure/observability/logger';
import { Platform } from '@/infrastructure/platform/platform';
import { OperatorAccess } from '@/infrastructure/security/operator-access';
import { routedServices } from '../domain/service-routes';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../gateway.environment';
import { addDeniedAccessAudit } from './denied-access';
import { addServiceProxies } from './service-proxy';
import { addStorefront } from './storefront';

/** The routes that are no controllers: services of other processes, and the storefront for all the rest. */
@Injectable()
export class GatewayRoutes implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly platform: Platform,
    private readonly operators: OperatorAccess,
    private readonly publisher: EventPublisherService,
    @Inject(GATEWAY_SETTINGS) private readonly settings: GatewaySettings,
  ) {}

  onModuleInit(): void {
    const instance = this.host.httpAdapter.getInstance<FastifyInstance>();
    addDeniedAccessAudit(instance, this.publisher);
    addServiceProxies(instance, {
      local: localServices(this.platform.settings.SERVICES),
      addresses: this.settings.addresses,
      admitsOperator: (request) => this.operators.admits(request),
    });
    const [writeKey] = this.settings.writeKeys;
    if (!addStorefront(instance, writeKey))
      loggerOf('gateway').warn('the storefront is not built; only the APIs are served');
  }
}

const localServices = (services: string): ReadonlySet<string> =>
  new Set(services === 'all' ? routedServices : services.split(',').map((name) => name.trim()));
