import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { Platform } from '@/infrastructure/platform/platform';
import { SERVICES_HEADER } from './ops-peers';

/** Behind the guard of an operator's route: says which services the answer is for, since an address may name but one. */
@Injectable()
export class OpsServicesInterceptor implements NestInterceptor {
  constructor(@Inject(Platform) private readonly platform: Platform) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    if (http.getRequest<FastifyRequest>().url.startsWith('/ops/api/')) {
      http.getResponse<FastifyReply>().header(SERVICES_HEADER, this.platform.settings.SERVICES);
    }
    return next.handle();
  }
}
