import { defineEvent } from '@shop/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { deliver } from './deliver';

interface Told {
  readonly key: string;
  readonly word: string;
}

const told = defineEvent<Told>()({
  eventType: 'word.told',
  topic: 'words',
  key: ({ key }) => key,
  schema: { kind: 'json-schema', schema: { type: 'object' } },
});
const data = [
  { key: 'a', word: 'one' },
  { key: 'a', word: 'two' },
] as const;
const migrations = { 'words-0001': 'create table words (id bigint generated always as identity, word text)' };

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database?.drop());

describe('a handler that declares one effect', { timeout: 120_000 }, () => {
  const effects = { event: told, data, migrations };

  it('and writes outside of its transaction is found out', async () => {
    const outside: string[] = [];
    const report = await deliver(
      () =>
        ({ data: { word } }) => {
          outside.push(word);
        },
      {
        ...{ ...effects, databaseUrl: database.url, scenarios: ['once', 'crash before commit'] },
        effects: async () => outside.splice(0),
      },
    );
    expect(report.scenarios[1]?.runs.filter(({ ended }) => ended === 'crashed')).toHaveLength(2);
    expect(report.faults).toEqual([expect.stringMatching(/^crash before commit: the effects are/)]);
  });

  it('and does not tell how they are read cannot be tested', async () => {
    const tested = deliver(() => () => undefined, { event: told, data, databaseUrl: database.url });
    await expect(tested).rejects.toMatchObject({ code: 'HANDLER_NOT_TESTABLE' });
  });

  it('and depends on the order, though it says it does not, is found out', async () => {
    const report = await deliver(
      ({ unitOfWork }) =>
        async ({ data: { word } }) => {
          await unitOfWork.sql.run(sql`insert into words (word) values (${word})`);
        },
      {
        ...{ ...effects, databaseUrl: database.url, scenarios: ['once', 'out of order'], inAnyOrder: true },
        effects: (session) => session.rows(sql`select word from words order by id`),
      },
    );
    expect(report.faults).toEqual([expect.stringMatching(/^out of order: the effects are/)]);
  });
});

describe('a handler with effects outside SQL', { timeout: 120_000 }, () => {
  it('may repeat them, with the same idempotency key', async () => {
    const sent: string[] = [];
    const report = await deliver(
      () => (_event, context) => {
        sent.push(context.idempotencyKey);
      },
      { event: told, data, databaseUrl: database.url, options: { effects: 'external' } },
    );
    expect(report.faults).toEqual([]);
    const crashing = report.scenarios.find(({ scenario }) => scenario === 'crash before commit');
    expect(crashing?.runs.map(({ ended }) => ended)).toEqual(['crashed', 'well', 'crashed', 'well']);
    expect(new Set(sent).size).toBeLessThan(sent.length);
  });
});
