import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { parseInput } from '@/infrastructure/http/validation';
import { AnalyticsIntakeService, type Intake } from '../analytics-intake.service';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../gateway.environment';
import { WriteKeyError } from '../gateway.errors';
import { batchInput, readBody } from './batch-input';

@Controller('v1/analytics')
export class AnalyticsBatchController {
  constructor(
    private readonly intake: AnalyticsIntakeService,
    @Inject(GATEWAY_SETTINGS) private readonly settings: GatewaySettings,
  ) {}

  @Post('batch')
  @HttpCode(202)
  take(@Body() body: unknown, @Req() request: FastifyRequest): Promise<Intake> {
    const { batch, sentAt, writeKey } = parseInput(batchInput, readBody(request, body));
    if (!this.settings.writeKeys.has(basicUser(request) ?? writeKey ?? '')) throw new WriteKeyError();
    return this.intake.take(batch, sentAt);
  }
}

/** The user of `Authorization: Basic …`, which is how server libraries send a write key. */
function basicUser(request: FastifyRequest): string | undefined {
  const encoded = /^Basic +([\w+/=-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8').split(':', 1)[0];
}
