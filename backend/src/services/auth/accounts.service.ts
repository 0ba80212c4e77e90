import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { AccessTokens } from '@/infrastructure/security/access-tokens';
import { Limiter } from '@/infrastructure/concurrency/limiter';
import {
  AccountsBusyError,
  EmailTakenError,
  InvalidCredentialsError,
  TooManyLoginsError,
} from './auth.errors';
import { secondsToWait } from './domain/login-throttle';
import { normaliseEmail } from './domain/password-policy';
import { LoginFailures } from './state/login-failures';
import { hashPassword, verifyPassword } from './state/password-hash';
import { type Credentials, UserRepository } from './state/user.repository';

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly name?: string | undefined;
}

export interface LoginAttempt {
  readonly email: string;
  readonly password: string;
  readonly ipAddress: string;
  readonly userAgent: string | undefined;
}

export interface Session {
  readonly accessToken: string;
  readonly userId: string;
}

// A hash takes its time and 19 MB on purpose, so that a crowd of callers must not take all there is.
const passwords = new Limiter(4, 60);
const inTurn = <T>(work: () => Promise<T>): Promise<T> => passwords.run(work, () => new AccountsBusyError());

// Verified where the account is unknown, so that the time of an answer does not tell who has an account.
const NOBODY = hashPassword(randomUUID());

@Injectable()
export class AccountsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly publisher: EventPublisherService,
    private readonly users: UserRepository,
    private readonly failures: LoginFailures,
    private readonly tokens: AccessTokens,
  ) {}

  async register({ email: given, password, name }: Registration): Promise<{ readonly userId: string }> {
    const email = normaliseEmail(given);
    const userId = randomUUID();
    const passwordHash = await inTurn(() => hashPassword(password));
    await this.unitOfWork.run(async () => {
      if (!(await this.users.add({ userId, email, name, passwordHash }))) throw new EmailTakenError();
      await this.publisher.publishUserRegistered({
        userId,
        email,
        registrationMethod: 'email',
        isEmailVerified: false,
        registeredAt: new Date().toISOString(),
        ...(name === undefined ? {} : { name }),
      });
    });
    return { userId };
  }

  async login(attempt: LoginAttempt): Promise<Session> {
    const email = normaliseEmail(attempt.email);
    const wait = secondsToWait(await this.failures.of(email));
    if (wait > 0) throw new TooManyLoginsError(wait);
    const account = await this.users.credentialsOf(email);
    const hash = account?.passwordHash ?? (await NOBODY);
    const matches = await inTurn(() => verifyPassword(attempt.password, hash));
    if (!account || !matches) return this.refuse(account, email, attempt);
    await this.unitOfWork.run(async () => {
      await this.failures.clear(email);
      await this.publisher.publishUserLogin({
        userId: account.userId,
        loginMethod: 'password',
        ipAddress: attempt.ipAddress,
        location: { country: 'unknown', city: 'unknown' },
        loggedInAt: new Date().toISOString(),
        ...(attempt.userAgent === undefined ? {} : { userAgent: attempt.userAgent }),
      });
    });
    return { accessToken: await this.tokens.issue(account), userId: account.userId };
  }

  private async refuse(
    account: Credentials | undefined,
    email: string,
    attempt: LoginAttempt,
  ): Promise<never> {
    await this.unitOfWork.run(async () => {
      await this.failures.add(email);
      await this.publisher.publishAuditLoginFailed({
        actorId: account?.userId ?? 'anonymous',
        reason: account ? 'wrong password' : 'unknown account',
        ipAddress: attempt.ipAddress,
        at: new Date().toISOString(),
        ...(account ? { email: account.email } : {}),
        ...(attempt.userAgent === undefined ? {} : { userAgent: attempt.userAgent }),
      });
    });
    throw new InvalidCredentialsError();
  }
}
