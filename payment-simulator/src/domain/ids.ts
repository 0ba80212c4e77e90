import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const UNBIASED = 256 - (256 % ALPHABET.length);

/** Random letters and digits, as Stripe's ids end with. */
export function randomToken(length: number): string {
  let token = '';
  while (token.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < UNBIASED && token.length < length) token += ALPHABET[byte % ALPHABET.length];
    }
  }
  return token;
}

export const newId = {
  intent: () => `pi_3${randomToken(23)}`,
  secret: (intent: string) => `${intent}_secret_${randomToken(25)}`,
  charge: () => `ch_3${randomToken(23)}`,
  refund: () => `re_3${randomToken(23)}`,
  request: () => `req_${randomToken(14)}`,
};
