import { type ChildProcess, fork } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleForChild } from '@/testing/bundle-for-child';
import { eventually } from '@/testing/eventually';
import { type EmbeddedServer, startOrAdopt } from './embedded-server';
import { isZombie } from './server/process-identity';

const USER_PROGRAM = fileURLToPath(new URL('./server/user.child.ts', import.meta.url));

/** What a client hears where no server listens. */
const GONE = /ECONNREFUSED|ECONNRESET|shutting down|terminat/;

let dataDir: string;
const children: ChildProcess[] = [];
const servers: EmbeddedServer[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'shop-server-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(servers.splice(0).map((server) => server.release()));
  // Clients that were killed left their server behind; one more visit ends it.
  await (await startOrAdopt({ dataDir })).release();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedServer> {
  const server = await startOrAdopt({ dataDir });
  servers.push(server);
  return server;
}

describe('the embedded server', () => {
  it('keeps its data over a stop and a start', async () => {
    const first = await startOrAdopt({ dataDir });
    await query(first.url, 'create table kept as select 1 as one');
    await first.release();
    await expect(query(first.url, 'select')).rejects.toThrow(GONE);
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await query(second.url, 'select one from kept')).toEqual([{ one: 1 }]);
  });

  it('listens on the loopback interface only, asks for a password, and hides it from others', async () => {
    const { url } = await start();
    const [row] = await query(
      url,
      `select current_setting('listen_addresses') as listens, current_setting('unix_socket_directories') as sockets,
        current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous,
        current_setting('wal_level') as wal, current_setting('max_connections') as connections`,
    );
    expect(row).toEqual({
      listens: '127.0.0.1',
      sockets: '',
      fsync: 'on',
      synchronous: 'on',
      wal: 'logical',
      connections: '300',
    });
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'select')).rejects.toMatchObject({ code: '28P01' });
    expect((await stat(join(dataDir, 'postgres.secret'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(dataDir, 'postgres.log'), 'utf8')).not.toContain(new URL(url).password);
  });

  it('is adopted by the next process when its own was killed', async () => {
    const killed = await childUser();
    killed.process.kill('SIGKILL');
    await eventually(() => killed.process.signalCode === 'SIGKILL');
    expect(await query(killed.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    const next = await start();
    expect(next.adopted).toBe(true);
    expect(next.url).toBe(killed.url);
    await next.release();
    await expect(query(next.url, 'select')).rejects.toThrow(GONE);
  });

  it('is shared by processes at once, and stopped by the last of them only', async () => {
    const own = await start();
    const [other, third] = await Promise.all([childUser(), childUser()]);
    expect([other.url, third.url]).toEqual([own.url, own.url]);
    await own.release();
    expect(await query(own.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await other.release();
    expect(await query(own.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await third.release();
    await expect(query(own.url, 'select')).rejects.toThrow(GONE);
  });

  it('starts once when several processes begin on an empty directory', async () => {
    const users = await Promise.all([childUser(), childUser(), start()]);
    expect(new Set(users.map(({ url }) => url)).size).toBe(1);
  });

  it('takes over the lock of a dead process, and of a pid that now belongs to another', async () => {
    const lock = join(dataDir, 'postgres.lock');
    await writeFile(lock, JSON.stringify({ pid: process.pid, startedAt: 'another life', nonce: 'n' }));
    expect((await start()).adopted).toBe(false);
  });

  it('comes back at its address when PostgreSQL itself was killed', async () => {
    const { url } = await start();
    await query(url, 'create table kept as select 1 as one');
    const before = await postmaster();
    process.kill(before, 'SIGKILL');
    const rows = await eventually(() => query(url, 'select one from kept'), {
      what: 'PostgreSQL to come back',
    });
    expect(rows).toEqual([{ one: 1 }]);
    expect(await postmaster()).not.toBe(before);
  });

  it('starts over the remains of a PostgreSQL that was killed with its process', async () => {
    const user = await childUser();
    await query(user.url, 'create table kept as select 1 as one');
    user.process.kill('SIGKILL');
    process.kill(await postmaster(), 'SIGKILL');
    const next = await start();
    expect(next.adopted).toBe(false);
    expect(await query(next.url, 'select one from kept')).toEqual([{ one: 1 }]);
  });

  it('starts over a killed PostgreSQL whose parent does not look at its end', async () => {
    const user = await childUser();
    await query(user.url, 'create table kept as select 1 as one');
    const killed = await postmaster();
    // What is stopped reaps nobody.
    user.process.kill('SIGSTOP');
    process.kill(killed, 'SIGKILL');
    await eventually(() => isZombie(killed), { what: 'the killed one to have ended' });
    const next = await start();
    expect(next.adopted).toBe(false);
    expect(await query(next.url, 'select one from kept')).toEqual([{ one: 1 }]);
    expect(isZombie(killed)).toBe(true);
  });

  it('makes a whole cluster where one was begun and not finished', async () => {
    const program = await bundleForChild(USER_PROGRAM);
    const begun = fork(program, [dataDir], { stdio: 'ignore' });
    children.push(begun);
    await eventually(() => stat(join(dataDir, 'postgres.draft')));
    begun.kill('SIGKILL');
    const { url } = await start();
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('refuses a cluster without its password, by code', async () => {
    const first = await startOrAdopt({ dataDir });
    await first.release();
    const secret = join(dataDir, 'postgres.secret');
    const kept = await readFile(secret);
    await rm(secret);
    await expect(startOrAdopt({ dataDir })).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' });
    await writeFile(secret, kept, { mode: 0o600 });
  });

  it('works below a directory that only its owner may enter', async () => {
    await chmod(dataDir, 0o700);
    const { url } = await start();
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await stat(dataDir)).mode & 0o066).toBe(0);
  });
});

async function postmaster(): Promise<number> {
  const text = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
  return Number(text.split('\n')[0]);
}

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

interface ChildUser {
  readonly process: ChildProcess;
  readonly url: string;
  release(): Promise<void>;
}

/** Another operating-system process that uses the server until it is told to release it. */
async function childUser(): Promise<ChildUser> {
  const child = fork(await bundleForChild(USER_PROGRAM), [dataDir]);
  children.push(child);
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(String(message)));
    child.once('exit', (code) => reject(new Error(`The other process ended with ${code}.`)));
  });
  const release = async () => {
    child.send('release');
    await eventually(() => child.exitCode !== null);
  };
  return { process: child, url, release };
}
