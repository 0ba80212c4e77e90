import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { sharedAnalytics } from '@/analytics';
import { useSession } from './useSession';

/** Tracks each address once it is rendered, when the page has set its title. */
export function usePageViews(): void {
  const router = useRouter();
  const userId = useSession()?.userId;
  useEffect(() => {
    if (userId !== undefined) sharedAnalytics().identify(userId);
  }, [userId]);
  useEffect(() => {
    sharedAnalytics().trackPage();
    return router.subscribe('onRendered', () => sharedAnalytics().trackPage());
  }, [router]);
}
