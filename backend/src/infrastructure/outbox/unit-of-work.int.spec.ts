import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '@/infrastructure/postgres/database';
import { migrate } from '@/infrastructure/postgres/migrate';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { NoUnitOfWorkError } from './outbox.errors';
import { outboxMigrations } from './outbox.migrations';
import { oldestRows } from './outbox-rows';
import { UnitOfWork } from './unit-of-work';

const ALL_SHARDS = Array.from({ length: 16 }, (_, shard) => shard);

let server: TestDatabase;
let database: Database;
let unitOfWork: UnitOfWork;

beforeAll(async () => {
  server = await testDatabase();
  await migrate(server.url, 'shop', {
    ...outboxMigrations,
    'test-0001': 'create table notes (text text primary key)',
  });
  database = new Database({ url: server.url, schema: 'shop', maxConnections: 6, applicationName: 'spec' });
  unitOfWork = new UnitOfWork(database);
});

afterAll(async () => {
  await database.close();
  await server.drop();
});

beforeEach(() => database.run(sql`truncate notes, outbox`));

function publish(name: string, key = 'k'): void {
  const record = { topic: 'orders', key: Buffer.from(key), value: Buffer.from(name), headers: [] };
  unitOfWork.append(record, { eventId: randomUUID(), eventType: name });
}

const inOutbox = async () => (await oldestRows(database, ALL_SHARDS, 100)).map((row) => row.eventType);

describe('a unit of work', () => {
  it('has rows and events after the commit', async () => {
    await unitOfWork.run(async (session) => {
      await session.run(sql`insert into notes values ('a')`);
      publish('first');
      publish('second');
      expect(await inOutbox()).toEqual([]);
    });
    expect(await inOutbox()).toEqual(['first', 'second']);
    expect(await database.rows(sql`select text from notes`)).toEqual([{ text: 'a' }]);
  });

  it('has neither after a failure', async () => {
    const failing = unitOfWork.run(async (session) => {
      await session.run(sql`insert into notes values ('a')`);
      publish('first');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await inOutbox()).toEqual([]);
    expect(await database.rows(sql`select * from notes`)).toEqual([]);
  });

  it('is one with a unit inside it', async () => {
    const failing = unitOfWork.run(async () => {
      await unitOfWork.run(async (session) => {
        await session.run(sql`insert into notes values ('inner')`);
        publish('inner');
      });
      throw new Error('outer');
    });
    await expect(failing).rejects.toThrow('outer');
    expect(await inOutbox()).toEqual([]);
  });

  it('refuses publishing and SQL outside', () => {
    expect(() => publish('x')).toThrow(NoUnitOfWorkError);
    expect(() => unitOfWork.sql).toThrow(NoUnitOfWorkError);
  });

  it('refuses what comes after its work has resolved, instead of losing it or writing into another transaction', async () => {
    let resolved: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      resolved = resolve;
    });
    let late: Promise<unknown[]> | undefined;
    await unitOfWork.run(async (session) => {
      late = over.then(() =>
        Promise.allSettled([
          (async () => publish('late'))(),
          session.run(sql`insert into notes values ('late')`),
          unitOfWork.run(async (own) => void (await own.run(sql`insert into notes values ('own')`))),
        ]),
      );
    });
    resolved();
    expect(await late).toMatchObject([
      { status: 'rejected', reason: { code: 'NO_UNIT_OF_WORK' } },
      { status: 'rejected', reason: { code: 'TRANSACTION_ENDED' } },
      { status: 'fulfilled' },
    ]);
    expect(await inOutbox()).toEqual([]);
    expect(await database.rows(sql`select text from notes`)).toEqual([{ text: 'own' }]);
  });

  it('lets a run that was given up have no effect at all', async () => {
    const { promise: given, resolve: up } = Promise.withResolvers<void>();
    const { promise: attempts, resolve: attempted } =
      Promise.withResolvers<PromiseSettledResult<unknown>[]>();
    const late = unitOfWork.run(
      async (session) => {
        publish('early');
        await session.run(sql`insert into notes values ('early')`);
        await given;
        attempted(
          await Promise.allSettled([
            (async () => publish('late'))(),
            session.run(sql`insert into notes values ('late')`),
            unitOfWork.run(async (own) => void (await own.run(sql`insert into notes values ('own')`))),
          ]),
        );
      },
      { timeoutMs: 200 },
    );
    await expect(late).rejects.toMatchObject({ code: 'HANDLER_TIMED_OUT' });
    up();
    expect(await attempts).toMatchObject([
      { status: 'rejected', reason: { code: 'NO_UNIT_OF_WORK' } },
      { status: 'rejected', reason: { code: 'TRANSACTION_ENDED' } },
      { status: 'rejected', reason: { code: 'TRANSACTION_ENDED' } },
    ]);
    expect(await inOutbox()).toEqual([]);
    expect(await database.rows(sql`select text from notes`)).toEqual([]);
  });

  it('lets what still runs of a failed one have no effect at all', async () => {
    const gate = Promise.withResolvers<void>();
    let stray: Promise<unknown> | undefined;
    const failing = unitOfWork.run(async () => {
      stray = gate.promise.then(() =>
        unitOfWork.run((own) => own.run(sql`insert into notes values ('stray')`)),
      );
      throw new Error('without waiting');
    });
    await expect(failing).rejects.toThrow('without waiting');
    gate.resolve();
    await expect(stray).rejects.toMatchObject({ code: 'TRANSACTION_ENDED' });
    expect(await database.rows(sql`select text from notes`)).toEqual([]);
  });

  it('keeps two units apart that run at once', async () => {
    await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        unitOfWork.run(async (session) => {
          await session.run(sql`insert into notes values (${name})`);
          publish(name, name);
        }),
      ),
    );
    expect((await inOutbox()).toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('wakes the relay after a commit that published, and only then', async () => {
    const woken: string[] = [];
    const off = unitOfWork.onPublished(() => woken.push('now'));
    await unitOfWork.run(async (session) => void (await session.row(sql`select 1`)));
    expect(woken).toEqual([]);
    await unitOfWork.run(async () => publish('x'));
    expect(woken).toEqual(['now']);
    off();
  });
});

describe('a part of a unit', () => {
  const insert = (text: string) => unitOfWork.sql.run(sql`insert into notes values (${text})`);
  const notes = async () =>
    (await database.rows<{ text: string }>(sql`select text from notes order by text`)).map(
      ({ text }) => text,
    );

  it('that fails before it has touched anything leaves the others be', async () => {
    await unitOfWork.run(async () => {
      await unitOfWork.part(async () => {
        await insert('a');
        publish('first');
      });
      const error = new TypeError('not this one');
      const refuse = () => {
        throw error;
      };
      expect(await unitOfWork.part(refuse)).toEqual({ kind: 'untouched', error });
      expect(await unitOfWork.part(() => insert('b'))).toEqual({ kind: 'done' });
    });
    expect(await notes()).toEqual(['a', 'b']);
    expect(await inOutbox()).toEqual(['first']);
  });

  it.for([
    ['a statement', () => insert('c')],
    ['a read', () => unitOfWork.sql.rows(sql`select text from notes`)],
    ['an event', () => publish('third')],
  ] as const)('that fails after %s takes all with it', async ([, touch]) => {
    const unit = unitOfWork.run(async () => {
      await unitOfWork.part(() => insert('a'));
      await unitOfWork.part(async () => {
        await touch();
        throw new TypeError('too late');
      });
    });
    await expect(unit).rejects.toThrow('too late');
    expect(await notes()).toEqual([]);
    expect(await inOutbox()).toEqual([]);
  });

  it('can do nothing more once it has ended, while the unit goes on', async () => {
    const gate = Promise.withResolvers<void>();
    let stray: Promise<unknown> | undefined;
    await unitOfWork.run(async () => {
      await unitOfWork.part(() => {
        const { sql: session } = unitOfWork;
        stray = gate.promise.then(() =>
          Promise.allSettled([
            session.run(sql`insert into notes values ('stray')`),
            unitOfWork.run((own) => own.run(sql`insert into notes values ('own')`)),
          ]),
        );
        throw new TypeError('without waiting');
      });
      gate.resolve();
      const refused = { status: 'rejected', reason: { code: 'TRANSACTION_ENDED' } };
      expect(await stray).toMatchObject([refused, refused]);
      await unitOfWork.part(() => insert('kept'));
    });
    expect(await notes()).toEqual(['kept']);
  });
});

describe('outbox rows', () => {
  it('of one aggregate come in the order of their commits', async () => {
    let letGo: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const slow = unitOfWork.run(async () => {
      publish('slow');
      await opened;
    });
    await unitOfWork.run(async () => publish('quick'));
    letGo();
    await slow;
    expect(await inOutbox()).toEqual(['quick', 'slow']);
  });

  it('are read oldest first, and stay where they are', async () => {
    await unitOfWork.run(async () => ['1', '2', '3'].forEach((name) => publish(name, name)));
    const read = async () => (await oldestRows(database, ALL_SHARDS, 2)).map((row) => row.eventType);
    expect(await read()).toEqual(['1', '2']);
    expect(await read()).toEqual(['1', '2']);
  });

  describe('of which parts ask for the same side by side', () => {
    const asked: (readonly string[])[] = [];
    const noteAll = async (session: SqlSession, texts: readonly string[]) => {
      asked.push(texts);
      await session.run(sql`insert into notes select unnest(${texts}::text[])`);
      return texts.map((text) => text.toUpperCase());
    };
    const notes = async () =>
      await database.rows<{ text: string }>(sql`select text from notes order by text`);
    beforeEach(() => asked.splice(0));

    it('sends one statement for all of them', async () => {
      const answers: string[] = [];
      await unitOfWork.run(() =>
        Promise.all(
          ['a', 'b', 'c'].map((text) =>
            unitOfWork.part(async () => answers.push(await unitOfWork.ask(noteAll, text))),
          ),
        ),
      );
      expect(asked).toEqual([['a', 'b', 'c']]);
      expect(answers).toEqual(['A', 'B', 'C']);
      expect(await notes()).toEqual([{ text: 'a' }, { text: 'b' }, { text: 'c' }]);
    });

    it('cannot go on without a part that asked and then fails', async () => {
      const failing = unitOfWork.run(async () => {
        const parts = ['a', 'b'].map((text) =>
          unitOfWork.part(async () => {
            await unitOfWork.ask(noteAll, text);
            if (text === 'b') throw new Error('of no use');
          }),
        );
        await Promise.all(parts);
      });
      await expect(failing).rejects.toThrow('of no use');
      expect(asked).toEqual([['a', 'b']]);
      expect(await notes()).toEqual([]);
    });

    it('sends nothing for a part that is over', async () => {
      let late: Promise<unknown> | undefined;
      const over = Promise.withResolvers<void>();
      await unitOfWork.run(async () => {
        await unitOfWork.part(() => {
          late = over.promise.then(() => unitOfWork.ask(noteAll, 'late'));
          late.catch(() => undefined);
        });
        over.resolve();
        await expect(late).rejects.toMatchObject({ code: expect.any(String) });
      });
      expect(asked).toEqual([]);
    });
  });
});
