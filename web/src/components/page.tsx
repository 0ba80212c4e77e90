import { useEffect, type ReactNode } from 'react';
import { classNames } from './class-names';

export interface PageProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly aside?: ReactNode;
  readonly narrow?: boolean;
  readonly children: ReactNode;
}

export function Page({ title, lead, aside, narrow = false, children }: PageProps) {
  useDocumentTitle(title);
  return (
    <div className={classNames('mx-auto flex w-full flex-col gap-6', narrow ? 'max-w-md' : 'max-w-6xl')}>
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="flex flex-col gap-1">
          <h1 className="text-2xl font-semibold sm:text-3xl">{title}</h1>
          {lead && <p className="max-w-prose text-muted">{lead}</p>}
        </div>
        {aside}
      </div>
      {children}
    </div>
  );
}

export function useDocumentTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Corner Shop`;
  }, [title]);
}
