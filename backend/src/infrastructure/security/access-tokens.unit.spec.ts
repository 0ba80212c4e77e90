import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { AccessTokens } from './access-tokens';
import { InvalidTokenError } from './security.errors';

const SECRET = 'a secret of more than thirty-two bytes';
const user = { userId: 'user-123', email: 'ada@example.com' };
const tokens = new AccessTokens(async () => SECRET);

describe('access tokens', () => {
  it('say who was logged in', async () => {
    expect(await tokens.verify(await tokens.issue(user))).toEqual(user);
  });

  it('are refused when altered, of another secret, of another algorithm or expired', async () => {
    const good = await tokens.issue(user);
    const foreign = await new AccessTokens(async () => `${SECRET}!`).issue(user);
    const unsigned = `${btoa('{"alg":"none"}')}.${good.split('.')[1]}.`.replaceAll('=', '');
    const expired = await new SignJWT({ email: user.email })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(user.userId)
      .setIssuer('shop')
      .setAudience('shop-api')
      .setExpirationTime(1)
      .sign(new TextEncoder().encode(SECRET));
    for (const token of [`${good}x`, foreign, unsigned, expired, 'nonsense', '']) {
      await expect(tokens.verify(token)).rejects.toThrow(InvalidTokenError);
    }
  });

  it('try again after a secret that could not be read', async () => {
    let readable = false;
    const late = new AccessTokens(async () => {
      if (!readable) throw new Error('disk is away');
      return SECRET;
    });
    await expect(late.issue(user)).rejects.toThrow('disk is away');
    readable = true;
    expect(await late.verify(await late.issue(user))).toEqual(user);
  });
});
