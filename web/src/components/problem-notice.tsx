import { TriangleAlert } from 'lucide-react';
import { ProblemError, UnreachableError } from '@/api/problem';
import { Button } from './ui/button';

export interface ProblemNoticeProps {
  readonly error: unknown;
  readonly title?: string;
  readonly onRetry?: (() => void) | undefined;
}

/** What went wrong in words, and the code that support can look up. */
export function ProblemNotice({ error, title = 'That did not work', onRetry }: ProblemNoticeProps) {
  const known = error instanceof ProblemError || error instanceof UnreachableError;
  const message = known ? error.message : 'Something unexpected happened in this page.';
  const faults = error instanceof ProblemError ? error.faults : [];
  return (
    <div role="alert" className="flex gap-3 rounded-xl bg-danger-soft p-4 text-ink">
      <TriangleAlert aria-hidden className="mt-0.5 size-5 shrink-0 text-danger" />
      <div className="flex min-w-0 flex-col items-start gap-1.5">
        <p className="font-semibold">{title}</p>
        <p className="break-words">{message}</p>
        {faults.length > 0 && (
          <ul className="list-disc pl-5 text-sm">
            {faults.map((fault) => (
              <li key={`${fault.path} ${fault.message}`}>
                <code>{fault.path}</code>: {fault.message}
              </li>
            ))}
          </ul>
        )}
        <p className="text-sm text-muted">
          Code <code>{known ? error.code : 'UNEXPECTED'}</code>
        </p>
        {onRetry && (
          <Button look="secondary" onClick={onRetry} className="mt-1">
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}
