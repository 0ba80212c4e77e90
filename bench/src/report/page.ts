import type { ResultRow } from './result-row.ts';
import { markdownTable } from './table.ts';

/** The page of the documents, from the results of each bench. */
export function benchmarksPage(results: ReadonlyMap<string, readonly ResultRow[]>): string {
  const rows = [...results.values()].flat();
  return `# Benchmarks

For whoever asks what delivery costs. \`npm run bench\` runs all of them, \`npm run bench -- NAME\` one, \`--runs N\` more often;
each writes \`bench/results/<name>.json\`, and from those files \`npm run bench:page\` makes this page.

## How they are made

- Side by side in one run: ours, its peer, ours, its peer, and so on, each side in a process of its own, one at a time.
  Figures are the medians of the runs, with the lowest and the highest in brackets.
- The ratio comes first, since it depends less on the machine than the figures. A control stands beside each: the same
  load with nothing of ours in the way.
- Ours is the packed module, installed like any other package, with its shipped settings: gzip, idempotent producer, one
  request in flight, inbox on, three replicas, PostgreSQL with fsync.
- Where whole orders are measured, ours is the built shop as \`npm start\` runs it: every service in one process, the
  payment simulator in another, on the server that its peer uses, with \`synchronous_commit=on\`. Afterwards each order is
  proved: paid once by the simulator's ledger, shipped once, its pieces sold once, its letter sent.
- At a steady rate, time counts from the moment when a request was due, whether or not the shop kept up.
- Events are published before a side starts, where the measure is no rate. Time runs from the first fetch to the moment
  when every outcome is stored; without a database, to the end of the last handler.
- In every run each event is followed: one that is lost, doubled or out of the order of its key ends the bench as failed.

## Results

${results.size === 0 ? 'None yet.' : markdownTable(rows)}

A floor or an aim with an \`x\` is compared with the ratio, any other with the figure of ours.

${[...results].map(([name, found]) => detailsOf(name, found)).join('\n\n')}
`;
}

function detailsOf(name: string, rows: readonly ResultRow[]): string {
  return [`### \`${name}\``, ...rows.map(rowDetails), surroundingsOf(rows)].join('\n\n');
}

const SAID_ELSEWHERE = new Set(['against', 'ratio', 'judged', 'better']);

function rowDetails({ name, peers, unit, settings }: ResultRow): string {
  const said = Object.entries(settings)
    .filter(([setting]) => !SAID_ELSEWHERE.has(setting))
    .map(([setting, value]) => `\`${setting}\` ${textOf(value)}`);
  const all = Object.entries(peers).map(([peer, value]) => `${peer} ${value} ${unit}`);
  return `${name}. Beside it: ${all.join('; ')}. Settings: ${said.join(', ')}.`;
}

function surroundingsOf(rows: readonly ResultRow[]): string {
  const [row] = rows;
  if (!row) return '';
  const versions = Object.entries(row.versions).map(([name, version]) => `${name} ${version}`);
  const { machine, runs } = row;
  return (
    `${runs} runs on ${machine['date']}, ${machine['cores']} x ${machine['cpu']}, ${machine['memoryGiB']} GiB, ` +
    `${machine['system']}, load before ${machine['loadBefore']}; ${versions.join(', ')}.`
  );
}

const textOf = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .map(([name, member]) => `${name} ${String(member)}`)
        .join(' and ')
    : String(value);
