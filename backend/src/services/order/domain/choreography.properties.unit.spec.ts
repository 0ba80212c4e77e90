import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { begun, type ChoreographyInput, follow, type Part } from './choreography';

const WAY: readonly Part[] = ['inventory', 'payment', 'shipment'];
const DONE = { inventory: 'reserved', payment: 'paid', shipment: 'shipped' } as const;
const fault = { code: 'NO', message: 'no' };

type Message =
  | { readonly to: 'order'; readonly input: ChoreographyInput }
  | { readonly to: Part; readonly act: 'do' | 'undo' };

interface Faults {
  readonly fails: Part | null;
  readonly refunds: boolean;
}

/** The order beside three services that only know what they are told; messages wait until the property moves them. */
class World {
  readonly parts: Record<Part, 'none' | 'done' | 'failed' | 'undone'> = {
    inventory: 'none',
    payment: 'none',
    shipment: 'none',
  };
  readonly ends: string[] = [];
  readonly outOfTurn: Part[] = [];
  waiting: Message[] = [{ to: 'inventory', act: 'do' }];
  hasTime = begun.dueInMs !== null;
  private state = begun.state;

  constructor(private readonly faults: Faults) {}

  get hasEnded(): boolean {
    return this.ends.length > 0;
  }

  deliver(message: Message): void {
    if (message.to === 'order') this.tell(message.input);
    else if (message.act === 'do') this.answer(message.to, this.attempted(message.to));
    else this.undo(message.to);
  }

  tell(input: ChoreographyInput): void {
    if (this.hasEnded) return;
    const { state, moves, ask, dueInMs } = follow(this.state, input);
    this.state = state;
    if (dueInMs !== undefined) this.hasTime = dueInMs !== null;
    this.ends.push(...moves.filter((to) => ['completed', 'cancelled', 'needs_attention'].includes(to)));
    if (!ask) return;
    const settled = [...state.undone, ...state.refused];
    const later = WAY.slice(WAY.indexOf(ask) + 1).filter((part) => state.required.includes(part));
    if (settled.includes(ask) || later.some((part) => !settled.includes(part))) this.outOfTurn.push(ask);
    this.waiting.push({ to: ask, act: 'undo' });
  }

  drain(): void {
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) this.deliver(next);
  }

  private attempted(part: Part): boolean {
    if (this.parts[part] === 'none') this.parts[part] = this.faults.fails === part ? 'failed' : 'done';
    return this.parts[part] === 'done';
  }

  private answer(part: Part, done: boolean): void {
    const at = WAY.indexOf(part);
    const next = WAY[at + 1];
    if (!done) {
      this.waiting.push({ to: 'order', input: { kind: 'failed', part, fault } });
      for (const earlier of WAY.slice(0, at)) this.waiting.push({ to: earlier, act: 'undo' });
      return;
    }
    this.waiting.push({ to: 'order', input: { kind: DONE[part] } });
    if (next) this.waiting.push({ to: next, act: 'do' });
  }

  private undo(part: Part): void {
    const refused = part === 'payment' && !this.faults.refunds && this.parts.payment === 'done';
    if (!refused) this.parts[part] = 'undone';
    this.waiting.push({ to: 'order', input: { kind: refused ? 'undo_refused' : 'undone', part } });
  }
}

const step = fc.record({
  kind: fc.constantFrom('deliver', 'deliver', 'deliver', 'repeat', 'lose', 'due', 'cancel'),
  which: fc.nat({ max: 9 }),
});

function take(world: World, { kind, which }: { kind: string; which: number }): void {
  if (kind === 'due') return world.hasTime ? world.tell({ kind: 'due' }) : undefined;
  if (kind === 'cancel' && which === 0) return world.tell({ kind: 'taken_back', fault });
  const message = world.waiting[which % Math.max(1, world.waiting.length)];
  if (!message || kind === 'cancel') return;
  if (kind !== 'repeat') world.waiting = world.waiting.filter((other) => other !== message);
  if (kind !== 'lose') world.deliver(message);
}

const worlds = fc.record({
  fails: fc.constantFrom<(Part | null)[]>(null, null, 'inventory', 'payment', 'shipment'),
  refunds: fc.boolean(),
});

describe('an order without a saga, whatever is lost, doubled, late or out of order', () => {
  const property = (check: (world: World) => void) =>
    fc.assert(
      fc.property(worlds, fc.array(step, { maxLength: 40 }), (faults, steps) => {
        const world = new World(faults);
        for (const one of steps) {
          take(world, one);
          expect(world.hasEnded || world.hasTime).toBe(true);
        }
        // From here on nothing is lost any more: what was is asked for when its time has come.
        for (let rounds = 0; rounds < 5 && !world.hasEnded; rounds += 1) {
          world.drain();
          if (!world.hasEnded) world.tell({ kind: 'due' });
        }
        world.drain();
        check(world);
      }),
      { numRuns: 2_000 },
    );

  it('ends once, and has no time after that', () => {
    property((world) => {
      expect(world.ends).toHaveLength(1);
      expect(world.hasTime).toBe(false);
    });
  });

  it('holds everything when it is completed, and nothing but what is at risk when it is not', () => {
    property(({ ends: [end], parts }) => {
      const held = WAY.filter((part) => parts[part] === 'done');
      const right: Readonly<Record<string, readonly Part[]>> = {
        completed: WAY,
        cancelled: [],
        needs_attention: ['payment'],
      };
      expect(held).toEqual(right[end ?? '']);
    });
  });

  it('asks for the parts in reverse, each one when those after it are settled', () => {
    property(({ outOfTurn }) => expect(outOfTurn).toEqual([]));
  });
});
