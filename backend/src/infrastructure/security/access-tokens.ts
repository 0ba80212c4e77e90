import { errors, jwtVerify, SignJWT } from 'jose';
import { InvalidTokenError } from './security.errors';

export interface AuthenticatedUser {
  readonly userId: string;
  readonly email: string;
}

const ISSUER = 'shop';
const AUDIENCE = 'shop-api';
const ALGORITHM = 'HS256';
const LIFETIME = '12h';

/** Signs and checks bearer tokens (JWT, HS256). The secret is fetched once, at the first use. */
export class AccessTokens {
  private key: Promise<Uint8Array> | undefined;

  constructor(private readonly secret: () => Promise<string>) {}

  async issue({ userId, email }: AuthenticatedUser): Promise<string> {
    return new SignJWT({ email })
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(userId)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(LIFETIME)
      .sign(await this.signingKey());
  }

  /** Throws `InvalidTokenError` for anything we did not sign, or that has expired. */
  async verify(token: string): Promise<AuthenticatedUser> {
    const key = await this.signingKey();
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
      });
      if (typeof payload.sub !== 'string' || typeof payload['email'] !== 'string')
        throw new InvalidTokenError();
      return { userId: payload.sub, email: payload['email'] };
    } catch (error) {
      if (error instanceof errors.JOSEError) throw new InvalidTokenError(error);
      throw error;
    }
  }

  private signingKey(): Promise<Uint8Array> {
    this.key ??= this.secret().then(
      (secret) => new TextEncoder().encode(secret),
      (error: unknown) => {
        this.key = undefined;
        throw error;
      },
    );
    return this.key;
  }
}
