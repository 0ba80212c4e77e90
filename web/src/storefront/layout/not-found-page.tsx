import { Link } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { EmptyState } from '@/components/empty-state';
import { Page } from '@/components/page';
import { buttonClass } from '@/components/ui/button';

export function NotFoundPage() {
  return (
    <Page title="Page not found">
      <EmptyState icon={Compass} title="There is nothing at this address">
        <Link to="/" className={buttonClass()}>
          To the catalogue
        </Link>
      </EmptyState>
    </Page>
  );
}
