import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { LogOut, Package, UserRound } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { sharedAnalytics } from '@/analytics';
import { sessionStore } from '@/api/session';
import { useSession } from '@/hooks/useSession';

const ITEM =
  'flex min-h-11 items-center gap-2 rounded-lg px-3 outline-none data-highlighted:bg-accent-soft cursor-pointer';

export function AccountMenu() {
  const session = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  if (!session) {
    return (
      <Link to="/login" className="flex min-h-11 items-center gap-2 rounded-lg px-3 hover:bg-sunken">
        <UserRound aria-hidden className="size-5" strokeWidth={1.75} />
        Log in
      </Link>
    );
  }
  const logOut = (): void => {
    sessionStore.clear();
    sharedAnalytics().reset();
    queries.clear();
    void navigate({ to: '/' });
  };
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label="Your account"
        className="flex size-11 items-center justify-center rounded-lg hover:bg-sunken"
      >
        <UserRound aria-hidden className="size-6" strokeWidth={1.75} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Content
        align="end"
        sideOffset={6}
        className="z-20 w-64 rounded-xl border border-line bg-surface p-1.5 shadow-lg"
      >
        <DropdownMenu.Label className="truncate px-3 py-2 text-sm text-muted">
          {session.email || 'Logged in'}
        </DropdownMenu.Label>
        <DropdownMenu.Item asChild>
          <Link to="/orders" className={ITEM}>
            <Package aria-hidden className="size-5" strokeWidth={1.75} />
            My orders
          </Link>
        </DropdownMenu.Item>
        <DropdownMenu.Item className={ITEM} onSelect={logOut}>
          <LogOut aria-hidden className="size-5" strokeWidth={1.75} />
          Log out
        </DropdownMenu.Item>
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}
