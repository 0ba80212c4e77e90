import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { isApiPath } from '../domain/service-routes';

/** The built web workspace, which stands beside ours. */
const WEB_DIRECTORY = fileURLToPath(new URL('../../../../../web/dist', import.meta.url));

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves the storefront; a path that is no file is one of its pages. `writeKey` is the one its tracker sends. False
 * where the storefront has not been built.
 */
export function addStorefront(
  instance: FastifyInstance,
  writeKey: string | undefined,
  directory: string = WEB_DIRECTORY,
): boolean {
  const index = join(directory, 'index.html');
  if (!existsSync(index)) return false;
  const page = withWriteKey(readFileSync(index, 'utf8'), writeKey ?? '');
  void instance.register(fastifyStatic, {
    root: directory,
    wildcard: false,
    index: false,
    globIgnore: ['index.html'],
    cacheControl: false,
    setHeaders: (reply, path) => {
      // Vite names what it puts there by its content.
      const named = path.startsWith(join(directory, 'assets'));
      reply.header('cache-control', named ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  instance.get('/*', (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    if (isApiPath(path) || path.startsWith('/assets/')) return reply.callNotFound();
    return reply
      .header('cache-control', 'no-cache')
      .header('content-security-policy', CONTENT_SECURITY_POLICY)
      .type('text/html; charset=utf-8')
      .send(page);
  });
  return true;
}

const KEY_TAG = /(<meta name="analytics-write-key" content=")[^"]*(")/;

/** The page was built with the development key; it is told the one that this gateway takes. */
export function withWriteKey(page: string, writeKey: string): string {
  const escaped = writeKey.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return page.replace(KEY_TAG, (_, before: string, after: string) => before + escaped + after);
}
