import { Link } from '@tanstack/react-router';
import { UserRound } from 'lucide-react';
import { EmptyState } from '@/components/empty-state';
import { buttonClass } from '@/components/ui/button';

export interface LogInNeededProps {
  readonly title: string;
  readonly returnTo: string;
}

export function LogInNeeded({ title, returnTo }: LogInNeededProps) {
  return (
    <EmptyState icon={UserRound} title={title}>
      <div className="flex flex-wrap justify-center gap-3">
        <Link to="/login" search={{ returnTo }} className={buttonClass()}>
          Log in
        </Link>
        <Link to="/register" search={{ returnTo }} className={buttonClass('secondary')}>
          Make an account
        </Link>
      </div>
    </EmptyState>
  );
}
