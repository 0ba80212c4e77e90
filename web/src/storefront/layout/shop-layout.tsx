import { Outlet, useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { usePageViews } from '@/hooks/usePageViews';
import { SiteFooter } from './site-footer';
import { SiteHeader } from './site-header';

export function ShopLayout() {
  const main = useRef<HTMLElement>(null);
  const router = useRouter();
  usePageViews();
  // A new page starts at its beginning for a screen reader as well; a changed filter keeps the focus where it is.
  useEffect(
    () =>
      router.subscribe('onRendered', ({ pathChanged, fromLocation }) => {
        if (pathChanged && fromLocation) main.current?.focus({ preventScroll: true });
      }),
    [router],
  );
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#main"
        className="sr-only rounded-lg bg-accent px-4 py-2 text-on-accent focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-10"
      >
        Skip to content
      </a>
      <SiteHeader />
      <main ref={main} id="main" tabIndex={-1} className="flex-1 px-4 pt-6 pb-16 sm:px-6 sm:pt-10">
        <Outlet />
      </main>
      <SiteFooter />
    </div>
  );
}
