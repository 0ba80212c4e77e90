import { getRouteApi, Link } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { faultAt } from '@/api/problem';
import { fieldsOf } from '@/components/form-fields';
import { Page } from '@/components/page';
import { ProblemNotice } from '@/components/problem-notice';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/text-field';

import { useLogIn } from './use-log-in';

const route = getRouteApi('/login');

export function LogInPage() {
  const { returnTo } = route.useSearch();
  const logIn = useLogIn(returnTo);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const { email, password } = fieldsOf(event.currentTarget, 'email', 'password');
    logIn.mutate({ email, password });
  };
  return (
    <Page title="Log in" narrow>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {logIn.isError && <ProblemNotice error={logIn.error} title="You are not logged in" />}
        <TextField
          label="Email"
          name="email"
          type="email"
          autoComplete="email"
          required
          maxLength={254}
          fault={faultAt(logIn.error, 'email')}
        />
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          maxLength={200}
          fault={faultAt(logIn.error, 'password')}
        />
        <Button type="submit" busy={logIn.isPending} className="mt-2">
          Log in
        </Button>
      </form>
      <p className="text-muted">
        New here?{' '}
        <Link
          to="/register"
          search={returnTo ? { returnTo } : {}}
          className="font-medium text-accent underline underline-offset-4"
        >
          Make an account
        </Link>
      </p>
    </Page>
  );
}
