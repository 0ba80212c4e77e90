import { AxeBuilder } from '@axe-core/playwright';
import type { Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { launchBrowser, type TestBrowser, type Visitor } from '../support/browser';
import { call } from '../support/customer';
import { Shop } from '../support/shop';

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };

let database: TestDatabase;
let shop: Shop;
let chromium: TestBrowser;

beforeAll(async () => {
  database = await testDatabase();
  [shop, chromium] = await Promise.all([Shop.start({ databaseUrl: database.url }), launchBrowser()]);
  await eventually(async () => {
    const { body } = await call<{ availableStock: number }>(shop.url, 'GET', '/api/products/prod-007');
    return body.availableStock === 10;
  });
});

afterAll(async () => {
  await chromium?.close();
  await shop?.stop();
  await database?.drop();
});

/** No fault that axe finds, nothing wider than the screen, no error of the page's own. */
async function expectSound({ page, errors }: Visitor): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)).toEqual(
    [],
  );
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
  ).toBeLessThanOrEqual(0);
  expect(errors).toEqual([]);
}

async function register({ page }: Visitor, email: string): Promise<void> {
  await page.goto('/register');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByRole('button', { name: 'Your account' }).waitFor();
}

async function addToCart({ page }: Visitor, productId: string): Promise<void> {
  await page.goto(`/products/${productId}`);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByText('It is in your cart').waitFor();
}

async function placeOrder(
  { page }: Visitor,
  choice: { card?: string; country?: string } = {},
): Promise<void> {
  await page.goto('/checkout');
  await page.getByLabel('Full name').fill('Test Shopper');
  await page.getByLabel('Street and number').fill('1 High Street');
  await page.getByLabel('Postal code').fill('D01');
  await page.getByLabel('City').fill('Dublin');
  await page.getByLabel('Country').selectOption(choice.country ?? 'IE');
  if (choice.card !== undefined) await page.getByRole('radio', { name: choice.card }).click();
  await page.getByRole('button', { name: 'Place order' }).click();
}

const statusOf = ({ page }: Visitor, label: string) =>
  page.getByTestId('order-status').getByText(label, { exact: true }).waitFor({ timeout: 20_000 });

describe.for([
  ['a desktop', { ...DESKTOP, colorScheme: 'light', reducedMotion: 'reduce' }],
  ['a phone at night', { ...PHONE, colorScheme: 'dark', reducedMotion: 'reduce' }],
] as const)('on %s', ([name, screen]) => {
  it('a guest fills a cart, registers, orders and watches the order complete', async () => {
    const visitor = await chromium.newVisitor({ baseURL: shop.url, ...screen });
    const { page } = visitor;
    await page.goto('/');
    await page.getByRole('list', { name: 'Products' }).getByRole('listitem').nth(23).waitFor();
    await expectSound(visitor);

    await addToCart(visitor, 'prod-001');
    await expectSound(visitor);
    await page.getByRole('link', { name: 'View cart' }).click();
    await page.getByRole('button', { name: 'One more' }).click();
    await page.getByRole('link', { name: 'Cart, 2 pieces' }).waitFor();
    await expectSound(visitor);

    await page.getByRole('button', { name: 'Checkout' }).click();
    await expectSound(visitor);
    await page.getByRole('link', { name: 'Make an account' }).click();
    await page.getByLabel('Email').fill(`${name.replaceAll(' ', '-')}@example.org`);
    await page.getByLabel('Password').fill('correct horse battery');
    await expectSound(visitor);
    await page.getByRole('button', { name: 'Register' }).click();

    // The guest's cart has become the customer's.
    await page.getByRole('region', { name: 'Your order' }).getByText('× 2').waitFor();
    await expectSound(visitor);
    await placeOrder(visitor);
    await statusOf(visitor, 'Completed');
    await page.getByRole('link', { name: 'Cart, empty' }).waitFor();
    await expectSound(visitor);

    await page.getByRole('link', { name: 'All my orders' }).click();
    await page.getByRole('list', { name: 'Orders' }).getByText('Completed').waitFor();
    await expectSound(visitor);
    await visitor.context.close();
  });

  it('what the visitor did is counted live, and the mails can be read', async () => {
    const visitor = await chromium.newVisitor({ baseURL: shop.url, ...screen });
    const { page } = visitor;
    await page.goto('/analytics');
    await page.getByText('Live', { exact: true }).waitFor();
    const views = page.locator('[data-event-type="analytics.product_view"]');
    const before = Number((await views.textContent())?.replace(/\D/g, ''));
    expect(before).toBeGreaterThan(0);
    const other = await visitor.context.newPage();
    await other.goto('/products/prod-002');
    await page.waitForFunction(
      (least) =>
        Number(
          document
            .querySelector('[data-event-type="analytics.product_view"]')
            ?.textContent?.replace(/\D/g, ''),
        ) > least,
      before,
      { timeout: 20_000 },
    );
    await expectSound(visitor);
    await page.goto('/mailbox');
    await page.getByRole('list', { name: 'Mails' }).getByRole('listitem').first().click();
    await expectSound(visitor);
    await visitor.context.close();
  });
});

describe('an order that cannot be', () => {
  it.for([
    ['a declined card', { card: 'Visa, declined' }, 'Your card was declined.'],
    ['a country without a carrier', { country: 'ZZ' }, 'The carrier does not deliver to this country.'],
  ] as const)('for %s is cancelled and says why', async ([name, choice, reason]) => {
    const visitor = await chromium.newVisitor({ baseURL: shop.url });
    await register(visitor, `${name.replaceAll(' ', '-')}@example.org`);
    await addToCart(visitor, 'prod-003');
    await placeOrder(visitor, choice);
    await statusOf(visitor, 'Cancelled');
    await visitor.page.getByText(reason).waitFor();
    await expectSound(visitor);
    await visitor.context.close();
  });
});

describe('a page that cannot be shown', () => {
  it('names the problem and its code', async () => {
    const visitor = await chromium.newVisitor({ baseURL: shop.url, ...PHONE });
    const { page } = visitor;
    await page.goto('/products/no-such-product');
    await page.getByRole('alert').getByText('PRODUCT_NOT_FOUND').waitFor();
    await page.goto('/login');
    await page.getByLabel('Email').fill('nobody@example.org');
    await page.getByLabel('Password').fill('wrong password');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').getByText('INVALID_CREDENTIALS').waitFor();
    await page.goto('/nowhere');
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    // The browser itself logs the refused requests.
    expect(visitor.errors.every((error) => error.includes('Failed to load resource'))).toBe(true);
    await visitor.context.close();
  });

  it('can be used by keyboard alone, from the first key', async () => {
    const visitor = await chromium.newVisitor({ baseURL: shop.url });
    const { page } = visitor;
    await page.goto('/');
    await page.getByRole('list', { name: 'Products' }).waitFor();
    await page.keyboard.press('Tab');
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Enamel Kettle' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Enamel Kettle' }).waitFor();
    const add = page.getByRole('button', { name: 'Add to cart' });
    await expect.poll(() => add.isEnabled()).toBe(true);
    await add.focus();
    expect(await add.evaluate((button) => getComputedStyle(button).outlineStyle)).toBe('solid');
    await page.keyboard.press('Enter');
    await page.getByText('It is in your cart').waitFor();
    await visitor.context.close();
  });
});

describe('an event of a browser', () => {
  const counted = async (eventType: string): Promise<number> => {
    type Counters = { byType: Record<string, number> };
    const { body } = await call<Counters>(shop.url, 'GET', '/api/analytics/counters');
    return body.byType[eventType] ?? 0;
  };
  const sentAbout = ({ context }: Visitor, path: string): Promise<Response> =>
    context.waitForEvent('response', {
      predicate: (response) => (response.request().postData() ?? '').includes(`${shop.url}${path}"`),
      timeout: 30_000,
    });

  it('arrives although its page is left at once', async () => {
    expect(await counted('analytics.remove_from_cart')).toBe(0);
    const visitor = await chromium.newVisitor({ baseURL: shop.url });
    await addToCart(visitor, 'prod-004');
    await visitor.page.goto('/cart');
    await visitor.page.getByRole('button', { name: /^Remove/ }).click();
    await visitor.page.getByText('Your cart is empty').waitFor();
    await visitor.page.goto('about:blank');
    await eventually(async () => (await counted('analytics.remove_from_cart')) === 1);
    await visitor.context.close();
  });

  it('waits while the network is away', async () => {
    const visitor = await chromium.newVisitor({ baseURL: shop.url });
    const { page, context } = visitor;
    await page.goto('/');
    await page.getByRole('list', { name: 'Products' }).waitFor();
    await sentAbout(visitor, '/');
    const failed = context.waitForEvent('requestfailed', (request) =>
      request.url().endsWith('/v1/analytics/batch'),
    );
    await context.setOffline(true);
    await page.getByRole('link', { name: 'Mailbox' }).click();
    await failed;
    const arrived = sentAbout(visitor, '/mailbox');
    await context.setOffline(false);
    expect((await arrived).status()).toBe(202);
    await context.close();
  });

  it('is sent by the next page when the network came back too late for its own', async () => {
    const visitor = await chromium.newVisitor({ baseURL: shop.url });
    const { page, context } = visitor;
    await page.goto('/');
    await page.getByRole('list', { name: 'Products' }).waitFor();
    await sentAbout(visitor, '/');
    await context.setOffline(true);
    await page.getByRole('link', { name: 'Mailbox' }).click();
    await page.waitForFunction(() => Object.values(localStorage).some((value) => value.includes('/mailbox')));
    // As in a crash: the page has no time to say that it goes.
    await page.close({ runBeforeUnload: false });
    await context.setOffline(false);
    const arrived = sentAbout(visitor, '/mailbox');
    const next = await context.newPage();
    await next.goto('/cart');
    expect((await arrived).status()).toBe(202);
    await context.close();
  });
});
