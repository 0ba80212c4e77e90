import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definitionOfSteps, type Happening, SagaWorld, type StepPlan } from '@/testing/saga-world';
import { serviceSteps } from './saga-definition';
import { hasEnded, type SagaFact, timerOf } from './saga-state';

const plan: fc.Arbitrary<StepPlan> = fc.record({
  answers: fc.array(fc.constantFrom('done', 'failed', 'passing'), { maxLength: 4 }),
  refusedUndos: fc.constantFrom(0, 0, 0, 1, 2),
});

const onNet: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom('deliver', 'deliver', 'repeat', 'lose'),
  which: fc.nat(20),
});
const byTimeOrPerson: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom('timer', 'timer', 'cancel', 'resume', 'retry_step', 'resolve'),
});

const way = fc.record({
  remote: fc.integer({ min: 1, max: 4 }),
  forward: fc.integer({ min: 0, max: 2 }),
  plans: fc.array(plan, { minLength: 6, maxLength: 6 }),
  happenings: fc.array(fc.oneof({ weight: 4, arbitrary: onNet }, byTimeOrPerson), { maxLength: 60 }),
  words: fc.array(fc.record({ kind: fc.constantFrom('resume', 'resolve') }), { maxLength: 2 }),
});

type Way = typeof way extends fc.Arbitrary<infer T> ? T : never;

function worldOf({ remote, forward, plans }: Pick<Way, 'remote' | 'forward' | 'plans'>): SagaWorld {
  const definition = definitionOfSteps(remote, forward);
  const byStep = serviceSteps(definition).map(({ name }, index) => [name, plans[index] as StepPlan] as const);
  return new SagaWorld(definition, new Map(byStep));
}

/** Lives through the whole way, then to the end on a net that works, and to the end again after each word. */
function lived(given: Way): SagaWorld {
  const world = worldOf(given);
  for (const happening of given.happenings) world.happen(happening);
  expect(world.settle()).toBe(true);
  for (const word of given.words) {
    world.happen(word);
    expect(world.settle()).toBe(true);
  }
  return world;
}

const holds = (check: (world: SagaWorld) => void) =>
  fc.assert(
    fc.property(way, (given) => {
      check(lived(given));
    }),
    { numRuns: 2_000 },
  );

const indexOf = (facts: readonly SagaFact[], kind: SagaFact['kind']) =>
  facts.findIndex((fact) => fact.kind === kind);
const stepsOf = (facts: readonly SagaFact[], kind: SagaFact['kind']) =>
  facts.flatMap((fact) => (fact.kind === kind && 'step' in fact && fact.step ? [fact.step] : []));
const resolvedByWord = ({ facts }: SagaWorld) => indexOf(facts, 'resolved') >= 0;

describe('a saga, whatever is repeated, reordered, lost or late', () => {
  it('comes to an end, and waits for nothing then', () => {
    holds(({ state }) => {
      expect(hasEnded(state.status)).toBe(true);
      expect([state.waitingFor, timerOf(state)]).toEqual([null, null]);
    });
  });

  it('has all done when it is completed, and nothing of what can be taken back when it is compensated', () => {
    holds((world) => {
      const { state, places } = world;
      const done = [...places].filter(([, place]) => place.done).map(([name]) => name);
      const byItself = resolvedByWord(world) ? undefined : state.status;
      expect(byItself === 'completed' ? done : [...places.keys()]).toEqual([...places.keys()]);
      expect(byItself === 'compensated' ? done : []).toEqual([]);
    });
  });

  it('needs attention when something was refused, and leaves nothing behind that was not', () => {
    holds(({ state, places }) => {
      const refused = [...state.refusedUndos, ...state.refusedSteps].map(({ step }) => step);
      expect(refused.length > 0).toBe(state.status === 'needs_attention');
      if (state.status !== 'needs_attention' || !state.reason) return;
      const left = [...places].filter(([, { done }]) => done).map(([name]) => name);
      expect(left.filter((name) => !refused.includes(name))).toEqual([]);
    });
  });

  it('takes back in reverse exactly what was done or may have been', () => {
    holds(({ facts, state, places, definition }) => {
      const order = stepsOf(facts, 'undo_requested').filter(
        (step, index, all) => all.indexOf(step) === index,
      );
      const began = indexOf(facts, 'compensation_started');
      if (began < 0) {
        expect(order).toEqual([]);
        return;
      }
      const asked = new Set(stepsOf(facts.slice(0, began), 'step_requested'));
      const names = definition.steps.map(({ name }) => name);
      const reverse = names.filter((name) => order.includes(name)).toReversed();
      expect(order).toEqual(reverse);
      expect(order.every((name) => asked.has(name))).toBe(true);
      const everDone = [...places].filter(([, place]) => place.everDone).map(([name]) => name);
      expect(everDone.filter((name) => !order.includes(name))).toEqual([]);
      for (const name of state.completedSteps) expect(order).toContain(name);
    });
  });

  it('asks for no step once it compensates, and for no undo while it goes forward', () => {
    holds(({ facts }) => {
      const began = indexOf(facts, 'compensation_started');
      const [before, after] = began < 0 ? [facts, []] : [facts.slice(0, began), facts.slice(began)];
      expect(stepsOf(before, 'undo_requested')).toEqual([]);
      expect(stepsOf(after, 'step_requested')).toEqual([]);
      expect(after.filter(({ kind }) => kind === 'compensation_started').length).toBeLessThanOrEqual(1);
    });
  });

  it('does not act after its end; what was refused moves it by a person only, or by having been done after all', () => {
    holds(({ facts }) => {
      let over: 'no' | 'until_asked' | 'for_good' = 'no';
      for (const { kind } of facts) {
        if (over === 'for_good') expect(kind).toBe('ignored');
        if (over === 'until_asked') {
          expect([
            'ignored',
            'resumed',
            'resolved',
            'undo_completed',
            'step_completed',
            'completed',
            'compensated',
          ]).toContain(kind);
        }
        if (kind === 'resumed') over = 'no';
        if (kind === 'needs_attention') over = 'until_asked';
        if (kind === 'completed' || kind === 'compensated') over = 'for_good';
      }
    });
  });

  it('never begins to take back once it has asked for a step that is never taken back', () => {
    holds(({ facts }) => {
      const wentForward = stepsOf(facts, 'step_requested').some((step) => step.startsWith('forward'));
      expect(wentForward ? indexOf(facts, 'compensation_started') : -1).toBe(-1);
    });
  });

  it('asks again after a passing refusal within the deadline only, and no more often than it may', () => {
    holds(({ facts, times }) => {
      const byPerson = new Set(stepsOf(facts, 'retry_requested'));
      facts.forEach((fact, index) => {
        if (fact.kind !== 'step_requested' || !fact.step.startsWith('remote') || byPerson.has(fact.step))
          return;
        expect(fact.attempt).toBeLessThanOrEqual(3);
        expect(times[index]?.getTime()).toBeLessThan(Date.parse(fact.deadline ?? ''));
      });
    });
  });
});

describe('the worlds of these properties', () => {
  it('see every kind of fact happen', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(way, (given) => {
        for (const { kind } of lived(given).facts) seen.add(kind);
      }),
      { numRuns: 2_000 },
    );
    const kinds: SagaFact['kind'][] = [
      'step_paused',
      'step_failed',
      'step_refused',
      'step_timed_out',
      'undo_refused',
      'retry_requested',
      'resumed',
      'resolved',
      'completed',
      'compensated',
      'needs_attention',
      'ignored',
    ];
    expect(kinds.filter((kind) => !seen.has(kind))).toEqual([]);
  });
});
