import { type Browser, type BrowserContext, chromium as playwright, type Page } from 'playwright-core';
import { chromiumPath } from './chromium';

export interface TestBrowser {
  readonly browser: Browser;
  /** A page with storage and cookies of its own, as a visitor who has never been here. */
  newVisitor(options?: VisitorOptions): Promise<Visitor>;
  close(): Promise<void>;
}

export interface VisitorOptions {
  readonly baseURL?: string;
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Uncaught errors and console errors of the page so far. */
  readonly errors: readonly string[];
}

/** Chromium from npm, headless; the sandbox of its own needs a user that is not root. */
export async function launchBrowser(): Promise<TestBrowser> {
  const root = process.getuid?.() === 0;
  const browser = await playwright.launch({
    executablePath: await chromiumPath(),
    headless: true,
    args: [...(root ? ['--no-sandbox'] : []), '--disable-dev-shm-usage', '--disable-gpu'],
  });
  return {
    browser,
    newVisitor: async ({ baseURL, width = 1280, height = 900, colorScheme, reducedMotion } = {}) => {
      const context = await browser.newContext({
        viewport: { width, height },
        locale: 'en-IE',
        timezoneId: 'UTC',
        ...(baseURL === undefined ? {} : { baseURL }),
        ...(colorScheme === undefined ? {} : { colorScheme }),
        ...(reducedMotion === undefined ? {} : { reducedMotion }),
      });
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      return { page, context, errors };
    },
    close: () => browser.close(),
  };
}
