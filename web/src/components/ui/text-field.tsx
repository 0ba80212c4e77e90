import { useId, type InputHTMLAttributes } from 'react';
import { classNames } from '@/components/class-names';

export const CONTROL_CLASS =
  'min-h-11 w-full rounded-lg border border-edge bg-surface px-3 py-2 text-ink placeholder:text-muted aria-invalid:border-danger';

export interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  readonly hint?: string;
  readonly fault?: string | undefined;
}

export function TextField({ label, hint, fault, className, ...input }: TextFieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  return (
    <div className={classNames('flex flex-col gap-1.5', className)}>
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <input
        {...input}
        id={id}
        aria-invalid={fault ? true : undefined}
        aria-describedby={described || undefined}
        className={CONTROL_CLASS}
      />
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
      {fault && (
        <p id={`${id}-fault`} className="text-sm text-danger">
          {fault}
        </p>
      )}
    </div>
  );
}
