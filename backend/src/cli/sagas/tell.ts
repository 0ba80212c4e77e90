import type { SagaHistoryEntry, SagaView } from '@/infrastructure/saga/saga-view';

const MS_PER = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;

/** Where it is: `waits for payment`, `takes back inventory`, `completed`, … */
export function headline({ status, waitingFor }: SagaView): string {
  if (waitingFor?.kind !== 'answer') return status.replaceAll('_', ' ');
  const { step, direction, attempt, refusal } = waitingFor;
  const times = attempt > 1 ? `, asked ${attempt} times` : '';
  if (direction === 'undo') return `takes back ${step}${times}`;
  return refusal ? `pauses before ${step}${times}` : `waits for ${step}${times}`;
}

/** Why it is not where it should be; empty while all is well. */
export function whyOf({ refused, reason, waitingFor }: SagaView): string {
  const [first] = refused;
  if (first) return `${first.step}: ${textOf(first)}`;
  if (reason) return textOf(reason);
  return waitingFor?.kind === 'answer' && waitingFor.refusal ? textOf(waitingFor.refusal) : '';
}

/** How long ago a time was: `3m 20s`. */
export function agoOf(time: string, now = Date.now()): string {
  return durationOf(Math.max(0, now - Date.parse(time)));
}

/** Everything about one saga: what it does, why, what can be done, and how it came there. */
export function tellSaga(saga: SagaView): string[] {
  const { id, type, version, orderId, completedSteps, undone, waitingFor, amountAtRisk, history } = saga;
  const since = agoOf(waitingFor?.since ?? saga.updatedAt);
  const why = whyOf(saga);
  return [
    `order ${orderId}  ${headline(saga)}, for ${since}`,
    `  saga        ${id} (${type}, version ${version}), started ${saga.startedAt}`,
    ...(saga.reason ? [`  turned back ${textOf(saga.reason)}`] : []),
    ...saga.refused.map(({ step, direction, ...refusal }) => {
      return `  refused     ${direction === 'undo' ? `to take back ${step}` : step}: ${textOf(refusal)}`;
    }),
    ...(!saga.reason && saga.refused.length === 0 && why ? [`  refused     ${why}`] : []),
    ...(amountAtRisk
      ? [`  at risk     ${amountAtRisk.amount} ${amountAtRisk.currency ?? ''}`.trimEnd()]
      : []),
    `  done        ${completedSteps.join(', ') || 'nothing'}${undone.length > 0 ? `; taken back: ${undone.join(', ')}` : ''}`,
    ...(saga.deadline ? [`  until       ${saga.deadline}`] : []),
    ...nextOf(saga),
    '',
    ...history.map((entry, index) => `  ${pauseText(history[index - 1], entry)}  ${entryText(entry)}`),
    '',
  ];
}

/** What an operator can have it do. */
function nextOf({ id, status, waitingFor }: SagaView): string[] {
  if (status === 'needs_attention')
    return [
      `  you can     npm run sagas -- resume ${id}`,
      `              npm run sagas -- resolve ${id} --reason TEXT`,
    ];
  const retry = waitingFor ? [`  you can     npm run sagas -- retry-step ${id}`] : [];
  if (status !== 'running') return retry;
  return [...retry, `              npm run sagas -- compensate ${id} --reason TEXT`];
}

function pauseText(before: SagaHistoryEntry | undefined, { at }: SagaHistoryEntry): string {
  if (!before) return `${at}          `;
  return `${at} ${`+${durationOf(Date.parse(at) - Date.parse(before.at))}`.padStart(9)}`;
}

/** One line of the history as a person would say it. */
export function entryText({ step, kind, eventId, detail }: SagaHistoryEntry): string {
  const name = step === null ? '' : `${step}: `;
  return `${name}${saidOf(kind, detail)}${eventId === null ? '' : `  (${eventId})`}`;
}

function saidOf(kind: string, detail: SagaHistoryEntry['detail']): string {
  const because = refusalText(detail['refusal'] ?? detail['reason']);
  const attempt = Number(detail['attempt'] ?? 1);
  const again = attempt > 1 ? `, attempt ${attempt}` : '';
  switch (kind) {
    case 'step_requested':
      return `asked for${again}`;
    case 'step_completed':
      return 'done';
    case 'step_paused':
      return `refused for now: ${because}`;
    case 'step_failed':
    case 'step_refused':
      return `refused: ${because}`;
    case 'step_timed_out':
      return 'no answer by its deadline';
    case 'compensation_started':
      return `turns back: ${because}`;
    case 'undo_requested':
      return `asked to take it back${again}`;
    case 'undo_completed':
      return 'taken back';
    case 'undo_refused':
      return `taking it back refused: ${because}`;
    case 'retry_requested':
      return 'an operator asked for it again';
    case 'resumed':
      return 'resumed by an operator';
    case 'resolved':
      return `settled by an operator: ${because}`;
    case 'ignored':
      return `nothing changed by ${String(detail['input']).replaceAll('_', ' ')}`;
    default:
      return kind.replaceAll('_', ' ');
  }
}

const textOf = ({ code, message }: { readonly code: string; readonly message: string }): string =>
  `${code}: ${message}`;

function refusalText(refusal: unknown): string {
  const { code, message } = (refusal ?? {}) as { code?: unknown; message?: unknown };
  return `${String(code ?? '?')}: ${String(message ?? '')}`;
}

/** The two largest units: `2h 5m`; below a minute `12.3s` or `8ms`. */
export function durationOf(ms: number): string {
  if (ms < MS_PER.s) return `${Math.round(ms)}ms`;
  if (ms < MS_PER.m) return `${(ms / MS_PER.s).toFixed(1)}s`;
  const units = Object.entries(MS_PER).map(([unit, size], index, all) => {
    const larger = all[index - 1]?.[1];
    return { unit, count: Math.floor((larger === undefined ? ms : ms % larger) / size) };
  });
  const first = units.findIndex(({ count }) => count > 0);
  return units
    .slice(first, first + 2)
    .map(({ unit, count }) => `${count}${unit}`)
    .join(' ');
}
