import { performance } from 'node:perf_hooks';

export const say = (text) => process.stdout.write(`${text}\n`);

export const seconds = (from) => `${((performance.now() - from) / 1000).toFixed(1)} s`;
