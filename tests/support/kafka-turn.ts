import { mkdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@/testing/eventually';
import type { TestKafka } from '@/testing/provided-context';

const LONGEST_TURN_MS = 420_000;

/**
 * The shop's topics have fixed names, so of the shops on one cluster only one may run at a time. Specs in other
 * workers wait here for their turn. Answers how to end it; a turn whose process died ends by its age.
 */
export async function kafkaTurn(kafka: TestKafka): Promise<() => Promise<void>> {
  const lock = join(tmpdir(), `shop-kafka-turn-${kafka.brokers.join('-').replace(/\W/g, '_')}`);
  await eventually(() => take(lock), { withinMs: LONGEST_TURN_MS, what: 'the turn on the Kafka cluster' });
  let ended = false;
  return async () => {
    if (ended) return;
    ended = true;
    await rm(lock, { recursive: true, force: true });
  };
}

async function take(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch {
    const { mtimeMs } = await stat(lock);
    if (Date.now() - mtimeMs > LONGEST_TURN_MS) await rm(lock, { recursive: true, force: true });
    return false;
  }
}
