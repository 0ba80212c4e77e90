import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { expect, it } from 'vitest';

const MOST_BYTES = 6_000;

it('the tracker stays below 6 KB gzipped', async () => {
  const entry = fileURLToPath(new URL('./index.ts', import.meta.url));
  const output = (await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: true, lib: { entry, formats: ['es'] } },
  })) as Rolldown.RolldownOutput[];
  const code = output[0]?.output[0]?.code ?? '';
  expect(code).toContain('/v1/analytics/batch');
  const bytes = gzipSync(code).length;
  expect(bytes).toBeLessThan(MOST_BYTES);
});
