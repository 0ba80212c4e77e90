import { mkdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@/testing/eventually';
import type { TestKafka } from '@/testing/provided-context';

const LONGEST_WAIT_MS = 420_000;
const SIGN_OF_LIFE_EVERY_MS = 10_000;
const DEAD_AFTER_MS = 60_000;

/**
 * The shop's topics have fixed names, so of the shops on one cluster only one may run at a time. Specs in other
 * workers wait here for their turn. Answers how to end it; a turn whose process died ends when its signs of life do.
 */
export async function kafkaTurn(kafka: TestKafka): Promise<() => Promise<void>> {
  const lock = join(tmpdir(), `shop-kafka-turn-${kafka.brokers.join('-').replace(/\W/g, '_')}`);
  await eventually(() => take(lock), { withinMs: LONGEST_WAIT_MS, what: 'the turn on the Kafka cluster' });
  // A sign that fails is made up for by the next one.
  const alive = setInterval(
    () => void utimes(lock, new Date(), new Date()).catch(() => undefined),
    SIGN_OF_LIFE_EVERY_MS,
  ).unref();
  let ended = false;
  return async () => {
    if (ended) return;
    ended = true;
    clearInterval(alive);
    await rm(lock, { recursive: true, force: true });
  };
}

async function take(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch {
    const { mtimeMs } = await stat(lock);
    if (Date.now() - mtimeMs > DEAD_AFTER_MS) await rm(lock, { recursive: true, force: true });
    return false;
  }
}
