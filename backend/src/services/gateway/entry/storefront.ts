import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { isApiPath } from '../domain/service-routes';

/** The built web workspace, which stands beside ours. */
export const WEB_DIRECTORY = fileURLToPath(new URL('../../../../../web/dist', import.meta.url));

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the storefront; a path that is no file is one of its pages. False where it has not been built. */
export function addStorefront(instance: FastifyInstance, directory: string = WEB_DIRECTORY): boolean {
  if (!existsSync(join(directory, 'index.html'))) return false;
  void instance.register(fastifyStatic, {
    root: directory,
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // Vite names what it puts there by its content.
      const named = path.startsWith(join(directory, 'assets'));
      reply.header('cache-control', named ? 'public, max-age=31536000, immutable' : 'no-cache');
      if (path.endsWith('.html')) reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
    },
  });
  instance.get('/*', (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    if (isApiPath(path) || path.startsWith('/assets/')) return reply.callNotFound();
    return reply.sendFile('index.html');
  });
  return true;
}
