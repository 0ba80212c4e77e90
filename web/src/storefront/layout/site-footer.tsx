import { Link } from '@tanstack/react-router';

const LINK = 'flex min-h-11 items-center underline-offset-4 hover:underline';

export function SiteFooter() {
  return (
    <footer className="border-t border-line px-4 py-4 text-sm text-muted sm:px-6">
      <div className="mx-auto flex max-w-6xl flex-wrap items-center justify-between gap-x-8 gap-y-2">
        <p>Corner Shop is a demonstration. Nothing is charged and nothing is shipped.</p>
        <nav aria-label="Behind the counter" className="flex gap-6">
          <Link to="/analytics" className={LINK}>
            Live numbers
          </Link>
          <Link to="/mailbox" className={LINK}>
            Mailbox
          </Link>
        </nav>
      </div>
    </footer>
  );
}
