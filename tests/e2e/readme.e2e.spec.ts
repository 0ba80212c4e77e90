import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { markdownFiles, read } from '../docs/markdown';
import { call } from '../support/customer';
import { Shop } from '../support/shop';

interface Example {
  readonly commands: string;
  readonly prints: string | undefined;
}

/** Shell blocks marked to run, each with the output that follows it; `…` stands for anything. */
const EXAMPLE =
  /<!-- runs as written -->\n```bash\n([\s\S]*?)```\n(?:\n<!-- and prints -->\n```\w*\n([\s\S]*?)```\n)?/g;
const END_OF_BLOCK = '---- end of block';
const RUN_WITHIN_MS = 60_000;

describe('what the documents show', () => {
  let database: TestDatabase;
  let shop: Shop;

  beforeAll(async () => {
    database = await testDatabase();
    shop = await Shop.start({ databaseUrl: database.url });
    await eventually(async () => {
      const { status, body } = await call<{ availableStock: number }>(
        shop.url,
        'GET',
        '/api/products/prod-001',
      );
      return status === 200 && body.availableStock > 0;
    });
  });

  afterAll(async () => {
    await shop?.stop();
    await database?.drop();
  });

  it('README: its commands, one after another, print what it says', async () => {
    const examples = examplesOf(read('README.md'));
    expect(examples.length).toBeGreaterThan(3);
    const script = examples.map(({ commands }) => `${commands}\necho '${END_OF_BLOCK}'`).join('\n');
    const output = await bash(atThisShop(script));
    const printed = output.split(`${END_OF_BLOCK}\n`);
    for (const [index, { commands, prints }] of examples.entries()) {
      if (prints !== undefined)
        expect([commands, printed[index]?.trim()]).toEqual([commands, matching(prints)]);
    }
  });

  it('runbooks: every query can be asked', async () => {
    const queries = markdownFiles()
      .filter((file) => file.startsWith('docs/runbooks/'))
      .flatMap((file) => [...read(file).matchAll(/```sql\n([\s\S]*?)```/g)].map(([, query = '']) => query));
    expect(queries.length).toBeGreaterThan(5);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      for (const query of queries) await client.query(query);
    } finally {
      await client.end();
    }
  });

  const atThisShop = (script: string): string =>
    script
      .replaceAll('http://localhost:3000', shop.url)
      .replaceAll('http://localhost:3010', shop.simulatorUrl);
});

const examplesOf = (markdown: string): readonly Example[] =>
  [...markdown.matchAll(EXAMPLE)].map(([, commands = '', prints]) => ({ commands, prints }));

/** The text as it is, with anything in place of an ellipsis. */
function matching(prints: string): unknown {
  const escaped = prints.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return expect.stringMatching(new RegExp(`^${escaped.replaceAll('…', '[^"\\n]+')}$`));
}

function bash(script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: RUN_WITHIN_MS,
    });
    let output = '';
    let complaints = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${code}: ${output}\n${complaints}`)),
    );
  });
}
