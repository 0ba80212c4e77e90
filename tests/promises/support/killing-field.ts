import { eventually } from '@/testing/eventually';
import type { Delivery } from './delivery-on';
import { type Effect, FOR_EVER } from './effect-tables';
import type { Gates } from './gates';
import { type KillMoment, killMoments, type Occasion } from './kill-moments';
import type { Step } from './step-events';
import type { WorkerProcess } from './worker-process';
import type { HandlerPlan } from './worker-settings';

const HANDLER = 'steps';
const plan: HandlerPlan = {
  name: HANDLER,
  options: { retry: { attempts: 3, firstDelayMs: 20, longestDelayMs: 100 }, onDead: 'wait' },
};
const FAILS: Record<Occasion, number> = {
  effect: 0,
  park: 1,
  'second run': 1,
  death: FOR_EVER,
  'act of a person': FOR_EVER,
  rebalance: 0,
  replay: 0,
};

export interface Killed {
  readonly signal: NodeJS.Signals | null;
  /** What the killed one has left of the event at the moment; nothing, where the moment was before the commit. */
  readonly effects: readonly Effect[];
}

/** One worker that lives, is killed at a named moment, and lives again. */
export class KillingField {
  private lives = 1;

  private constructor(
    private readonly delivery: Delivery,
    private readonly gates: Gates,
    private worker: WorkerProcess,
  ) {}

  static async open(delivery: Delivery): Promise<KillingField> {
    const worker = await delivery.spawn('life-0', [plan], { instanceId: 'one' });
    const gates = await delivery.gates();
    for (const { gate, table, on, when } of killMoments) await gates.build(gate, table, { on, when });
    return new KillingField(delivery, gates, worker);
  }

  /** Publishes the steps, has the worker meet the moment with the first of them, and kills it there. */
  async killAt(moment: KillMoment, steps: readonly [Step, ...Step[]]): Promise<Killed> {
    const [step] = steps;
    await this.setFault(step, FAILS[moment.occasion]);
    const killed = await this.bringAbout(moment, steps);
    await this.gates.arrival(moment.gate, 30_000);
    const signal = await killed.kill();
    // The server would notice the broken connection only after the gate.
    await this.gates.endSessions(moment.gate);
    await this.gates.reopen(moment.gate);
    const { key, seq } = step;
    const effects = (await this.delivery.tables.effects()).filter(
      (effect) => effect.key === key && effect.seq === seq && effect.worker === killed.name,
    );
    return { signal, effects };
  }

  /** The next life takes over, and everything gets its outcome. */
  async goOnAfter({ occasion }: KillMoment, [step]: readonly [Step, ...Step[]]): Promise<void> {
    if (!this.worker.alive) this.worker = await this.nextLife();
    if (occasion === 'death') await this.personRetries(step);
    if (occasion === 'replay') await this.replayGoesOn(step);
    await this.delivery.tables.quiet();
  }

  /** Answers who comes to the moment. */
  private async bringAbout(moment: KillMoment, steps: readonly [Step, ...Step[]]): Promise<WorkerProcess> {
    const { gates, delivery } = this;
    if (moment.occasion === 'act of a person') {
      await delivery.publisher.publish(steps);
      const letter = await delivery.operator.dead(steps[0].key);
      await this.setFault(steps[0], 0);
      await gates.close(moment.gate);
      await delivery.operator.retry(letter);
      return this.worker;
    }
    if (moment.occasion === 'replay') {
      await delivery.publisher.publish(steps);
      await delivery.tables.quiet();
      await delivery.tables.forget(steps[0]);
      await gates.close(moment.gate);
      await this.worker.fill(HANDLER);
      return this.worker;
    }
    await gates.close(moment.gate);
    if (moment.occasion === 'rebalance') {
      const joining = await delivery.spawn(`joining-${this.lives++}`, [plan], { instanceId: 'two' });
      await delivery.publisher.publish(steps);
      return joining;
    }
    await delivery.publisher.publish(steps);
    return this.worker;
  }

  private async replayGoesOn({ key, seq }: Step): Promise<void> {
    const { tables } = this.delivery;
    await this.worker.resumeReplays();
    await eventually(async () => (await tables.stepsByKey())[key]?.includes(seq), {
      what: 'the replay to go on',
    });
    // It reads on to the end of the log, and a kill before that would leave it to a person.
    await tables.replaysEnded();
  }

  private async personRetries(step: Step): Promise<void> {
    const letter = await this.delivery.operator.dead(step.key);
    await this.setFault(step, 0);
    await this.delivery.operator.retry(letter);
  }

  private nextLife(): Promise<WorkerProcess> {
    return this.delivery.spawn(`life-${this.lives++}`, [plan], { instanceId: 'one' });
  }

  private async setFault({ key, seq }: Step, fails: number): Promise<void> {
    await this.delivery.tables.plan([{ handler: HANDLER, key, seq, fails }]);
  }
}
