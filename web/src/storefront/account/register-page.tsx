import { getRouteApi, Link } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { faultAt } from '@/api/problem';
import { fieldsOf } from '@/components/form-fields';
import { Page } from '@/components/page';
import { ProblemNotice } from '@/components/problem-notice';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/text-field';

import { useLogIn } from './use-log-in';

const SHORTEST_PASSWORD = 8;
const route = getRouteApi('/register');

export function RegisterPage() {
  const { returnTo } = route.useSearch();
  const logIn = useLogIn(returnTo);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const { name, email, password } = fieldsOf(event.currentTarget, 'name', 'email', 'password');
    logIn.mutate({ email, password, register: name === '' ? {} : { name } });
  };
  return (
    <Page title="Make an account" narrow>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {logIn.isError && <ProblemNotice error={logIn.error} title="The account was not made" />}
        <TextField
          label="Name"
          name="name"
          autoComplete="name"
          maxLength={100}
          hint="Optional"
          fault={faultAt(logIn.error, 'name')}
        />
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
          autoComplete="new-password"
          required
          minLength={SHORTEST_PASSWORD}
          maxLength={200}
          hint={`At least ${SHORTEST_PASSWORD} characters`}
          fault={faultAt(logIn.error, 'password')}
        />
        <Button type="submit" busy={logIn.isPending} className="mt-2">
          Register
        </Button>
      </form>
      <p className="text-muted">
        Been here before?{' '}
        <Link
          to="/login"
          search={returnTo ? { returnTo } : {}}
          className="font-medium text-accent underline underline-offset-4"
        >
          Use your account
        </Link>
      </p>
    </Page>
  );
}
