import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { sharedAnalytics } from '@/analytics';
import { sessionStore } from '@/api/session';
import { shopApi, type Credentials } from '@/api/shop-api';

/** Logs in, takes over what the server now knows of this visitor, and goes on to where the visitor wanted to be. */
export function useLogIn(returnTo: string = '/') {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async ({
      email,
      password,
      register,
    }: Credentials & { readonly register?: { name?: string } }) => {
      if (register) await shopApi.register({ email, password, ...register });
      const { accessToken, userId } = await shopApi.logIn({ email, password });
      return { accessToken, userId, email };
    },
    onSuccess: async (session) => {
      sessionStore.set(session);
      sharedAnalytics().identify(session.userId);
      await queries.invalidateQueries();
      await navigate({ to: returnTo });
    },
  });
}
