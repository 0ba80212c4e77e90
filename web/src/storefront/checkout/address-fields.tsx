import { useId, useMemo } from 'react';
import { faultAt } from '@/api/problem';
import { SelectField } from '@/components/ui/select-field';
import { TextField } from '@/components/ui/text-field';
import { countryOptions } from './countries';

export function AddressFields({ error }: { readonly error: unknown }) {
  const id = useId();
  const countries = useMemo(() => countryOptions(), []);
  return (
    <section aria-labelledby={id} className="grid gap-4 sm:grid-cols-6">
      <h2 id={id} className="text-lg font-semibold sm:col-span-6">
        Delivery address
      </h2>
      <TextField
        className="sm:col-span-6"
        label="Full name"
        name="name"
        autoComplete="shipping name"
        required
        maxLength={100}
        fault={faultAt(error, 'name')}
      />
      <TextField
        className="sm:col-span-6"
        label="Street and number"
        name="line1"
        autoComplete="shipping address-line1"
        required
        maxLength={200}
        fault={faultAt(error, 'line1')}
      />
      <TextField
        className="sm:col-span-2"
        label="Postal code"
        name="postalCode"
        autoComplete="shipping postal-code"
        required
        maxLength={20}
        fault={faultAt(error, 'postalCode')}
      />
      <TextField
        className="sm:col-span-4"
        label="City"
        name="city"
        autoComplete="shipping address-level2"
        required
        maxLength={100}
        fault={faultAt(error, 'city')}
      />
      <SelectField
        className="sm:col-span-6"
        label="Country"
        name="country"
        autoComplete="shipping country"
        defaultValue="DE"
        options={countries}
        fault={faultAt(error, 'country')}
      />
    </section>
  );
}
