// Writes docs/errors.md from the error classes of the backend; with `--check` only says whether it is up to date.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './lib/workspace.mjs';

const PAGE = inRoot('docs/errors.md');
const SOURCE = inRoot('backend/src');
const CLASS =
  /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?(?:export )?(?:abstract )?class (\w+) extends (\w+)[^{]*\{([\s\S]*?)\n\}/g;

const sources = readdirSync(SOURCE, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));

const classes = new Map();
for (const text of sources) {
  for (const [, comment, name, parent, body] of text.matchAll(CLASS)) {
    classes.set(name, { parent, body, comment: comment?.replace(/\s*\n\s*\*\s?/g, ' ').trim() });
  }
}

const isCoded = ({ parent }) =>
  parent === 'CodedError' || (classes.has(parent) && isCoded(classes.get(parent)));
const own = ({ body }, field) =>
  new RegExp(`(?:readonly|override readonly) ${field}(?::[^=]+)? = ([^;]+);`).exec(body)?.[1];
const field = (one, name, fallback) =>
  own(one, name) ?? (classes.has(one.parent) ? field(classes.get(one.parent), name, fallback) : fallback);

const rows = [];
const missing = [];
for (const [name, one] of classes) {
  if (!isCoded(one)) continue;
  const code = /^'(\w+)'/.exec(own(one, 'code') ?? '')?.[1];
  if (code === undefined) continue;
  if (!one.comment) missing.push(`${name} (${code})`);
  rows.push({
    code,
    status: field(one, 'status', '500'),
    retryable: field(one, 'retryable', 'false') === 'true' ? 'yes' : 'no',
    text: one.comment ?? '',
  });
}
rows.push({
  code: 'INTERNAL_ERROR',
  status: '500',
  retryable: 'no',
  text: 'Something that nobody foresaw. The log has it under the `correlationId` of the answer.',
});
const CODE = /^ +(?:override )?readonly code(?:: string)? = '(\w+)'/gm;
const listed = new Set(rows.map(({ code }) => code));
for (const text of sources) {
  for (const [, code] of text.matchAll(CODE))
    if (!listed.has(code)) missing.push(`${code} (its class is not read, or another has its name)`);
}
rows.sort((a, b) => (a.code < b.code ? -1 : 1));

const page = `# Error codes

Made from the error classes by \`npm run errors\`. Answers over HTTP are \`application/problem+json\` with this \`code\`;
\`retryable\` says whether the same call can succeed later without a change.

| code | HTTP status | retryable | what happened |
|---|---|---|---|
${rows.map(({ code, status, retryable, text }) => `| \`${code}\` | ${status} | ${retryable} | ${text} |`).join('\n')}
`;

if (missing.length > 0) {
  console.error(`These errors have no text: ${missing.join(', ')}`);
  process.exitCode = 1;
} else if (process.argv.includes('--check')) {
  const kept = readFileSync(PAGE, 'utf8');
  if (kept !== page) {
    console.error('docs/errors.md is stale: run `npm run errors`.');
    process.exitCode = 1;
  }
} else {
  writeFileSync(PAGE, page);
  console.log(`${rows.length} codes.`);
}
