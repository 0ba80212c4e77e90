import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Circuit, type CircuitState } from './circuit';

const OPTIONS = { failures: 3, openMs: 100, longestOpenMs: 350 };
const away = new Error('away');

let circuit: Circuit;
let told: CircuitState[];

beforeEach(() => {
  vi.useFakeTimers();
  circuit = new Circuit(OPTIONS);
  told = [];
  circuit.onChange((state) => told.push(state));
});
afterEach(() => void vi.useRealTimers());

/** The policy counts a moment later. */
const counted = () => vi.advanceTimersByTimeAsync(0);

async function fail(times: number): Promise<void> {
  for (let index = 0; index < times; index++) {
    expect(circuit.admit()).toBe('run');
    circuit.failed('run', away);
  }
  await counted();
}

async function probeFails(): Promise<void> {
  expect(circuit.admit()).toBe('probe');
  circuit.failed('probe', away);
  await counted();
}

describe('a circuit', () => {
  it('opens after so many failures in a row, and not before', async () => {
    await fail(2);
    expect(circuit.state).toBe('closed');
    await fail(1);
    expect(circuit.state).toBe('open');
    expect(circuit.admit()).toBe('hold');
    expect(told).toEqual(['open']);
    expect(circuit.lastFailure).toEqual({ error: away });
  });

  it('counts anew after an answer', async () => {
    await fail(2);
    circuit.answered('run');
    await fail(2);
    expect(circuit.state).toBe('closed');
    expect(circuit.failures).toBe(2);
    await fail(1);
    expect(circuit.state).toBe('open');
  });

  it('tells when its time is over, and lets exactly one through', async () => {
    await fail(3);
    await vi.advanceTimersByTimeAsync(99);
    expect(circuit.admit()).toBe('hold');
    await vi.advanceTimersByTimeAsync(1);
    expect(told).toEqual(['open', 'half-open']);
    expect([circuit.admit(), circuit.admit(), circuit.admit()]).toEqual(['probe', 'hold', 'hold']);
  });

  it('closes when the one is answered', async () => {
    await fail(3);
    await vi.advanceTimersByTimeAsync(100);
    expect(circuit.admit()).toBe('probe');
    circuit.answered('probe');
    await counted();
    expect(circuit.state).toBe('closed');
    expect(told).toEqual(['open', 'half-open', 'closed']);
    expect([circuit.admit(), circuit.admit()]).toEqual(['run', 'run']);
    await fail(2);
    expect(circuit.state).toBe('closed');
  });

  it('stays open twice as long after each failed probe, up to the longest, and starts over once closed', async () => {
    await fail(3);
    for (const openMs of [100, 200, 350, 350]) {
      await vi.advanceTimersByTimeAsync(openMs - 1);
      expect(circuit.state).toBe('open');
      await vi.advanceTimersByTimeAsync(1);
      expect(circuit.state).toBe('half-open');
      await probeFails();
      expect(circuit.state).toBe('open');
    }
    await vi.advanceTimersByTimeAsync(350);
    circuit.answered(circuit.admit() as 'probe');
    await counted();
    await fail(3);
    await vi.advanceTimersByTimeAsync(100);
    expect(circuit.state).toBe('half-open');
  });

  it('does not count what began before it opened, whatever it comes to', async () => {
    await fail(3);
    circuit.answered('run');
    await vi.advanceTimersByTimeAsync(100);
    expect(circuit.admit()).toBe('probe');
    circuit.failed('run', away);
    circuit.answered('run');
    await counted();
    expect(circuit.state).toBe('half-open');
    circuit.answered('probe');
    await counted();
    expect(circuit.state).toBe('closed');
  });

  it('gives the place of a probe that did not ask to another, and tells', async () => {
    await fail(3);
    await vi.advanceTimersByTimeAsync(100);
    expect(circuit.admit()).toBe('probe');
    circuit.withdrawn('probe');
    expect(told).toEqual(['open', 'half-open', 'half-open']);
    expect([circuit.admit(), circuit.admit()]).toEqual(['probe', 'hold']);
    circuit.answered('probe');
    await counted();
    expect(circuit.state).toBe('closed');
  });

  it('does not mind a clock that is set', async () => {
    await fail(3);
    vi.setSystemTime(Date.now() + 86_400_000);
    expect(circuit.admit()).toBe('hold');
    vi.setSystemTime(Date.now() - 2 * 86_400_000);
    await vi.advanceTimersByTimeAsync(100);
    expect(circuit.admit()).toBe('probe');
  });

  it('leaves no timer behind', async () => {
    await fail(3);
    circuit.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
