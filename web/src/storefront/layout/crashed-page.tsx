import type { ErrorComponentProps } from '@tanstack/react-router';
import { Page } from '@/components/page';
import { ProblemNotice } from '@/components/problem-notice';

export function CrashedPage({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="Something broke">
      <ProblemNotice error={error} title="This page could not be shown" onRetry={reset} />
    </Page>
  );
}
