import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify, type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addStorefront, withWriteKey } from './storefront';

const PAGE = '<html><head><meta name="analytics-write-key" content="dev-write-key" /></head></html>';

describe('the storefront', () => {
  let directory: string;
  let instance: FastifyInstance;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'storefront-'));
    await mkdir(join(directory, 'assets'));
    await writeFile(join(directory, 'index.html'), PAGE);
    await writeFile(join(directory, 'assets', 'main-abc.js'), 'export {};');
    instance = fastify();
    addStorefront(instance, 'shop-key', directory);
    await instance.ready();
  });

  afterAll(async () => {
    await instance.close();
    await rm(directory, { recursive: true, force: true });
  });

  it.each(['/', '/index.html', '/products/prod-001', '/cart?from=mail'])(
    'answers %s with its page',
    async (url) => {
      const answer = await instance.inject(url);
      expect(answer.statusCode).toBe(200);
      expect(answer.body).toContain('content="shop-key"');
      expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
      expect(answer.headers['cache-control']).toBe('no-cache');
    },
  );

  it('lets named files be kept for ever, and knows what is no file', async () => {
    const asset = await instance.inject('/assets/main-abc.js');
    expect([asset.statusCode, asset.headers['cache-control']]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ]);
    expect((await instance.inject('/assets/gone.js')).statusCode).toBe(404);
    expect((await instance.inject('/api/nothing')).statusCode).toBe(404);
  });

  it('escapes a key that would break out of its attribute', () => {
    expect(withWriteKey(PAGE, '"><script>')).toContain('content="&quot;>&lt;script>"');
  });

  it('says so when nothing is built', () => {
    expect(addStorefront(fastify(), 'key', join(directory, 'nowhere'))).toBe(false);
  });
});
