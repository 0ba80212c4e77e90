import { classNames } from './class-names';

export function Skeleton({ className }: { readonly className?: string }) {
  return <div aria-hidden className={classNames('animate-pulse rounded-lg bg-sunken', className)} />;
}

export interface LoadingProps {
  readonly label: string;
  readonly rows?: number;
}

export function LoadingRows({ label, rows = 3 }: LoadingProps) {
  return (
    <div role="status" className="flex flex-col gap-3">
      <span className="sr-only">{label}</span>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} className="h-20 rounded-xl" />
      ))}
    </div>
  );
}
