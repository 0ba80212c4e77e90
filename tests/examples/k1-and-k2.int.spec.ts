import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { k1AndK2 } from './k1-and-k2';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database?.drop());

it('K1 fails and parks, its refund behind it; both have one effect, in order', async () => {
  const expected = await readFile(join(import.meta.dirname, 'k1-and-k2.txt'), 'utf8');
  expect(await k1AndK2(database.url)).toBe(expected);
});
