import { eventually } from '@/testing/eventually';
import type { Delivery } from './delivery-on';
import type { Gates } from './gates';
import type { WorkerProcess } from './worker-process';

export interface ZombieAtTheGate {
  /** Stopped past its lease, in a run with effects outside SQL. */
  readonly zombie: WorkerProcess;
  readonly gates: Gates;
  readonly toZombie: number;
  /** Its heir stands here in the same run. */
  readonly toHeir: number;
}

/** Two processes at the same event of K1: one was stopped, the other one has its partition now. */
export async function zombieAtTheGate(delivery: Delivery): Promise<ZombieAtTheGate> {
  const [toZombie, toHeir] = [1, 2];
  const mail = (gate: number) => ({
    name: 'mail',
    options: { effects: 'external' as const },
    gate: { number: gate, key: 'K1', seq: 1 },
  });
  const zombie = await delivery.spawn('zombie', [mail(toZombie)]);
  const gates = await delivery.gates();
  await gates.close(toZombie);
  await gates.close(toHeir);
  await delivery.publisher.publish([{ key: 'K1', seq: 1 }]);
  await gates.arrival(toZombie);
  const before = await delivery.tables.watermarks();
  zombie.signal('SIGSTOP');
  await delivery.spawn('heir', [mail(toHeir)]);
  await gates.arrival(toHeir, 60_000);
  await eventually(async () => (await delivery.tables.moved(before)).size === 1, {
    what: 'the partition to move',
  });
  return { zombie, gates, toZombie, toHeir };
}
