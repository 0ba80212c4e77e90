import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { plainText } from '@/infrastructure/http/validation';
import { AccountsService, type Session } from '../accounts.service';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../domain/password-policy';

const MAX_USER_AGENT = 400;

const registration = z.object({
  email: z.string().trim().max(254).pipe(z.email('must be an e-mail address')),
  password: plainText(MAX_PASSWORD_LENGTH).min(
    MIN_PASSWORD_LENGTH,
    `must have at least ${MIN_PASSWORD_LENGTH} characters`,
  ),
  name: plainText(200).optional(),
});

const login = z.object({ email: plainText(254), password: z.string().min(1).max(MAX_PASSWORD_LENGTH) });

@Controller('api/auth')
export class AuthController {
  constructor(private readonly accounts: AccountsService) {}

  @Post('register')
  @HttpCode(201)
  register(@Body({ schema: registration }) body: z.output<typeof registration>): Promise<{ userId: string }> {
    return this.accounts.register(body);
  }

  @Post('login')
  @HttpCode(200)
  login(
    @Body({ schema: login }) { email, password }: z.output<typeof login>,
    @Req() request: FastifyRequest,
  ): Promise<Session> {
    const userAgent = request.headers['user-agent']?.slice(0, MAX_USER_AGENT);
    return this.accounts.login({ email, password, ipAddress: request.ip, userAgent });
  }
}
