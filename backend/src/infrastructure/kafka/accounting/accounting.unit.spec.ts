import { describe, expect, it } from 'vitest';
import { Accounting } from './accounting';
import { NoAccountsError } from './accounting.errors';

describe('Accounting without a database', () => {
  const accounting = new Accounting(() => {
    throw new NoAccountsError();
  });

  it('says that there are no accounts', async () => {
    await expect(accounting.accounts()).rejects.toMatchObject({ code: 'NO_ACCOUNTS' });
    await expect(accounting.audit()).rejects.toMatchObject({ code: 'NO_ACCOUNTS' });
  });
});
