import type { Migrations } from '@/infrastructure/postgres/migrate';

export const shippingMigrations: Migrations = {
  'shipping-001-tables': `
    create table shipments (
      order_id text primary key,
      shipment_id uuid unique,
      status text not null,
      flow text not null default 'saga',
      carrier text,
      tracking_number text,
      address jsonb,
      items jsonb,
      failure jsonb,
      created_at timestamptz not null default clock_timestamp(),
      updated_at timestamptz not null default clock_timestamp()
    );
    create table parcels_due (
      order_id text primary key,
      parcel jsonb,
      paid boolean not null default false
    );
  `,
  'shipping-002-returns': `
    create table parcel_returns (
      order_id text primary key,
      status text not null,
      return_id uuid unique,
      tracking_number text,
      created_at timestamptz not null default clock_timestamp(),
      updated_at timestamptz not null default clock_timestamp()
    );
  `,
};
