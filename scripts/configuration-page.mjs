// Writes docs/configuration.md from the schemas that read the environment; with `--check` only says whether it is up
// to date. The backend's schemas are taken from its build.
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from './lib/build.mjs';
import { inRoot } from './lib/workspace.mjs';

const PAGE = inRoot('docs/configuration.md');
const SIMULATOR = inRoot('payment-simulator/src/simulator.options.ts');
/** `NAME`, default: meaning. */
const OPTION = /\/\*\* `([A-Z_]+)`, `?([^:;`]+)`?[:;] (.+?)\.? \*\//g;

const checking = process.argv.includes('--check');
if (!checking) await build();
const { variablesByGroup } = await import('../backend/dist/variables.js');

const groups = variablesByGroup();
const told = new Set(groups.flatMap(({ variables }) => variables.map(({ name }) => name)));
const simulator = {
  title: 'Payment simulator',
  variables: [...readFileSync(SIMULATOR, 'utf8').matchAll(OPTION)]
    .map(([, name, byDefault, meaning]) => ({ name, byDefault, meaning }))
    .filter(({ name }) => !told.has(name)),
};
const all = [...groups, simulator].flatMap(({ variables }) => variables);
const silent = all.filter(({ meaning }) => meaning === undefined).map(({ name }) => name);

const page = `# Configuration

Environment variables, made from the schemas in the code by \`npm run configuration\`. One that is set to nothing counts as
not set. A value that cannot be right, a contradiction, and a \`KAFKA_…\` name one or two letters from a known one end the
start with \`INVALID_CONFIGURATION\` and every fault at once. The settings of the local Kafka cluster are listed by
\`scripts/kafka-local.sh --help\`, those that \`KafkaModule\` reads in another application in
[using-the-module.md](using-the-module.md#environment).
${[...groups, simulator].map(section).join('')}`;

if (silent.length > 0) {
  console.error(`These variables have no text: ${silent.join(', ')}`);
  process.exitCode = 1;
} else if (checking) {
  if (readFileSync(PAGE, 'utf8') !== page) {
    console.error('docs/configuration.md is stale: run `npm run configuration`.');
    process.exitCode = 1;
  }
} else {
  writeFileSync(PAGE, page);
  console.log(`${all.length} variables.`);
}

function section({ title, variables }) {
  const rows = variables.map(
    ({ name, byDefault, allowed, meaning }) =>
      `| \`${name}\` | ${shown(byDefault)} | ${allowed ?? ''} | ${capital(meaning ?? '')} |`,
  );
  return `
## ${title}

| variable | default | allowed | meaning |
|---|---|---|---|
${rows.join('\n')}
`;
}

// Markdown takes what is between angle brackets for an address.
function shown(text = '') {
  return text.includes('<') ? `\`${text}\`` : text;
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
