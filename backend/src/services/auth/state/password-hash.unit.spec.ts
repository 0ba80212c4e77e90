import { expect, it } from 'vitest';
import { hashPassword, verifyPassword } from './password-hash';

it('verifies the password and no other, under a salt of its own', async () => {
  const [one, two] = await Promise.all([hashPassword('pass phrase'), hashPassword('pass phrase')]);
  expect(one).not.toBe(two);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await verifyPassword('pass phrase', one)).toBe(true);
  expect(await verifyPassword('pass phrasf', one)).toBe(false);
});
