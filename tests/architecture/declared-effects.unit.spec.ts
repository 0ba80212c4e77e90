import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SERVICES = resolve(import.meta.dirname, '../../backend/src/services');
const DECLARATION = /@KafkaHandler\((?:[^()]|\([^()]*\))*\)/g;

const declarations = readdirSync(SERVICES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.handler.ts'))
  .flatMap((file) => readFileSync(join(SERVICES, file), 'utf8').match(DECLARATION) ?? []);

// What has not said what its effects are cannot be replayed on trial.
describe('handlers of the shop', () => {
  it('are seen at all', () => {
    expect(declarations.length).toBeGreaterThan(20);
  });

  it('declare their effects', () => {
    expect(declarations.filter((declaration) => !declaration.includes('effects:'))).toEqual([]);
  });
});
