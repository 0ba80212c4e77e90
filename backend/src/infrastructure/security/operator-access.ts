import { createHash, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { bearerToken } from './bearer';

export interface OperatorAccessOptions {
  /** `OPERATOR_TOKEN`. */
  readonly token: string | undefined;
  readonly production: boolean;
}

/**
 * Who may use the operator's routes: whoever shows the token. Without one set, only in development, on a server that
 * is bound to loopback, for requests that name it so: a page on a rebound foreign name does not get in.
 */
export class OperatorAccess {
  private readonly digest: Buffer | undefined;

  constructor(private readonly options: OperatorAccessOptions) {
    this.digest = options.token === undefined ? undefined : digestOf(options.token);
  }

  admits(request: FastifyRequest): boolean {
    if (this.digest === undefined) return !this.options.production && isLocal(request);
    const token = bearerToken(request);
    return token !== undefined && timingSafeEqual(digestOf(token), this.digest);
  }
}

// Digests have one length, which timingSafeEqual needs, and hide that of the token.
const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();

const LOOPBACK_ADDRESS = /^(127\.|::1$|::ffff:127\.)/;
const LOOPBACK_NAME = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

function isLocal(request: FastifyRequest): boolean {
  const bound = request.server.server.address() as AddressInfo | string | null;
  if (bound === null || typeof bound === 'string' || !LOOPBACK_ADDRESS.test(bound.address)) return false;
  return LOOPBACK_NAME.test(request.headers.host ?? '') && request.headers['sec-fetch-site'] !== 'cross-site';
}
