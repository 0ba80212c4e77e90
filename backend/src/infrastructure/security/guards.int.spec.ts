import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { configureHttp, fastifyOptions } from '@/infrastructure/http/configure-http';
import { AccessTokenGuard, OptionalAccessTokenGuard } from './access-token.guard';
import { AccessTokens, type AuthenticatedUser } from './access-tokens';
import { CurrentUser, MaybeUser } from './current-user.decorator';
import { OperatorGuard } from './operator.guard';
import { SecurityModule } from './security.module';

@Controller()
class RoutesController {
  @Get('own')
  @UseGuards(AccessTokenGuard)
  own(@CurrentUser() user: AuthenticatedUser): unknown {
    return user;
  }

  @Get('any')
  @UseGuards(OptionalAccessTokenGuard)
  any(@MaybeUser() user: AuthenticatedUser | undefined): unknown {
    return { user: user ?? null };
  }

  @Get('ops/api/x')
  @UseGuards(OperatorGuard)
  operate(): unknown {
    return { done: true };
  }
}

describe('guards', () => {
  let app: NestFastifyApplication;
  let base: string;

  async function start(environment: Record<string, string>, address = '127.0.0.1'): Promise<void> {
    @Module({
      imports: [SecurityModule.forRoot({ AUTH_JWT_SECRET: 'x'.repeat(32), ...environment })],
      controllers: [RoutesController],
    })
    class RoutesModule {}
    app = await NestFactory.create<NestFastifyApplication>(
      RoutesModule,
      new FastifyAdapter(fastifyOptions()),
      { logger: false },
    );
    configureHttp(app);
    await app.listen(0, address);
    base = `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
  }
  afterEach(() => app.close());

  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(base + path, { headers });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  it('let a token in and tell the route whose it is', async () => {
    await start({});
    const user = { userId: 'u1', email: 'ada@example.com' };
    const authorization = `Bearer ${await app.get(AccessTokens).issue(user)}`;
    expect(await get('/own', { authorization })).toEqual({ status: 200, body: user });
    expect(await get('/any', { authorization })).toEqual({ status: 200, body: { user } });
    expect(await get('/any')).toEqual({ status: 200, body: { user: null } });
  });

  it('refuse no token and a foreign token', async () => {
    await start({});
    expect(await get('/own')).toMatchObject({ status: 401, body: { code: 'TOKEN_MISSING' } });
    for (const path of ['/own', '/any']) {
      const refused = await get(path, { authorization: 'Bearer abc.def.ghi' });
      expect(refused).toMatchObject({ status: 401, body: { code: 'TOKEN_INVALID' } });
    }
  });

  it('ask operators for their token where one is set', async () => {
    await start({ OPERATOR_TOKEN: 'let-me-in' });
    expect((await get('/ops/api/x')).body).toMatchObject({ code: 'OPERATOR_TOKEN_REQUIRED' });
    expect((await get('/ops/api/x', { authorization: 'Bearer let-me-out' })).status).toBe(401);
    expect((await get('/ops/api/x', { authorization: 'Bearer let-me-in' })).status).toBe(200);
  });

  it('ask no token of operators on loopback in development, unless it is a foreign page that asks', async () => {
    await start({});
    expect((await get('/ops/api/x')).status).toBe(200);
    expect((await get('/ops/api/x', { 'sec-fetch-site': 'cross-site' })).status).toBe(401);
  });

  it('refuse operators without token in production, and where the server is bound to more than loopback', async () => {
    await start({ NODE_ENV: 'production' });
    expect((await get('/ops/api/x')).status).toBe(401);
    await app.close();
    await start({}, '0.0.0.0');
    expect((await get('/ops/api/x')).status).toBe(401);
  });
});
