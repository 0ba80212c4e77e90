import {
  type Pauses,
  pauseAfter,
  repliesOf,
  type RemoteStep,
  type RetryPolicy,
  type SagaDefinition,
  type ServiceStep,
  serviceSteps,
} from './saga-definition';

/** What is wrong with a definition, empty when nothing is. */
export function definitionFaults(definition: SagaDefinition<never>): readonly string[] {
  return [
    ...nameFaults(definition),
    ...orderFaults(definition),
    ...serviceSteps(definition).flatMap((step) =>
      stepFaults(step).map((fault) => `step '${step.name}': ${fault}`),
    ),
    ...replyFaults(definition),
  ];
}

function nameFaults({ steps }: SagaDefinition<never>): readonly string[] {
  const names = steps.map(({ name }) => name);
  if (names.length === 0) return ['has no steps'];
  return [...new Set(names)]
    .filter((name) => names.indexOf(name) !== names.lastIndexOf(name))
    .map((name) => `has two steps named '${name}'`);
}

function orderFaults({ steps }: SagaDefinition<never>): readonly string[] {
  const first = steps.findIndex(({ kind }) => kind === 'forward');
  if (first < 0) return [];
  return steps
    .slice(first)
    .filter(({ kind }) => kind !== 'forward')
    .map(({ name }) => `step '${name}' could fail after '${steps[first]?.name}', which is never taken back`);
}

function stepFaults(step: ServiceStep<never>): readonly string[] {
  if (step.kind === 'forward')
    return arePauses(step.repeat) ? [] : ['must repeat after 0 < firstMs <= maxMs'];
  const faults: string[] = [];
  if (!(step.deadlineMs > 0)) faults.push('the deadline must be above 0 ms');
  if (!arePauses(step.undo.repeat)) faults.push('undo must repeat after 0 < firstMs <= maxMs');
  return step.retry ? [...faults, ...retryFaults(step, step.retry)] : faults;
}

function retryFaults({ deadlineMs }: RemoteStep<never>, retry: RetryPolicy): readonly string[] {
  if (!Number.isInteger(retry.attempts) || retry.attempts < 2) return ['retry needs 2 attempts or more'];
  if (!arePauses(retry)) return ['must be retried after 0 < firstMs <= maxMs'];
  if (retry.codes.length === 0) return ['retry names no code'];
  const pauses = Array.from({ length: retry.attempts - 1 }, (_, index) => pauseAfter(index + 1, retry));
  const together = pauses.reduce((sum, pause) => sum + pause, 0);
  if (together < deadlineMs) return [];
  return [`retries pause ${together} ms together, which does not fit into its deadline of ${deadlineMs} ms`];
}

function replyFaults(definition: SagaDefinition<never>): readonly string[] {
  const faults: string[] = [];
  const replies = new Map<string, string>();
  for (const step of serviceSteps(definition)) {
    for (const reply of repliesOf(step)) {
      const other = replies.get(reply);
      if (other) faults.push(`'${reply}' answers both '${other}' and '${step.name}'`);
      replies.set(reply, step.name);
    }
  }
  return faults;
}

const arePauses = ({ firstMs, maxMs }: Pauses): boolean => firstMs > 0 && maxMs >= firstMs;
