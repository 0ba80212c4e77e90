import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const KIB_PER_MIB = 1024;

/** Memory in MiB of the shop's processes: Node's as RSS, PostgreSQL's as the sum over all its processes. */
export function memoryOf({ pid, dataDir }) {
  const processes = allProcesses();
  const started = descendants(processes, pid);
  const rss = (script) =>
    mebibytes(
      sum(
        started.filter(({ args }) => args.includes(script)),
        residentSet,
      ),
    );
  const postmaster = postmasterOf(dataDir);
  const server = [
    ...processes.filter((one) => one.pid === postmaster),
    ...descendants(processes, postmaster),
  ];
  const { measure, kind } = server.every(hasProportionalSet)
    ? { measure: proportionalSet, kind: 'PSS' }
    : { measure: residentSet, kind: 'RSS' };
  return {
    backend: rss('backend/dist/main.js'),
    simulator: rss('payment-simulator/dist/main.js'),
    postgres: mebibytes(sum(server, measure)),
    postgresKind: kind,
    postgresProcesses: server.length,
  };
}

function allProcesses() {
  return execFileSync('ps', ['-eo', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter(Boolean)
    .map(([, pid, parent, kib, args]) => ({
      pid: Number(pid),
      parent: Number(parent),
      kib: Number(kib),
      args,
    }));
}

function descendants(processes, pid) {
  const children = processes.filter(({ parent }) => parent === pid);
  return children.flatMap((child) => [child, ...descendants(processes, child.pid)]);
}

/** The server outlives its parent, so it is found by its own file. */
function postmasterOf(dataDir) {
  const file = readdirSync(dataDir, { recursive: true }).find((name) => name.endsWith('postmaster.pid'));
  if (file === undefined) throw new Error('There is no running PostgreSQL in the data directory.');
  return Number(readFileSync(join(dataDir, file), 'utf8').split('\n')[0]);
}

const rollupOf = (pid) => `/proc/${pid}/smaps_rollup`;
const hasProportionalSet = ({ pid }) => existsSync(rollupOf(pid));
const residentSet = ({ kib }) => kib;
// Shared buffers are mapped by every process of the server; this counts each page once over all of them.
const proportionalSet = ({ pid }) =>
  Number(/^Pss:\s+(\d+)/m.exec(readFileSync(rollupOf(pid), 'utf8'))?.[1] ?? 0);
const sum = (processes, measure) => processes.reduce((total, one) => total + measure(one), 0);
const mebibytes = (kib) => Math.round(kib / KIB_PER_MIB);
