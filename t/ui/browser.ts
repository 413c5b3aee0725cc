import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

/** Where the console is, from the environment; with the last slash. */
export const top = new URL(process.env.LANGORCH_URL ?? 'http://127.0.0.1:8080/ui/');

/** What the dashboard says of a server that works; locked secrets alone are no failure. */
export const ready = /^(Ready|secrets locked)$/;

const shots = process.env.LANGORCH_SHOTS;

const axe = fileURLToPath(
  new URL('../../html/node_modules/axe-core/axe.min.js', import.meta.url),
);

const args = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** What a page did that it must not do. */
export interface Offences {
  consoleErrors: string[];
  policyViolations: string[];
  foreignRequests: string[];
  serverErrors: string[];
}

export interface Browser {
  page: Page;
  offences: Offences;
  shot: (name: string) => Promise<void>;
  close: () => Promise<void>;
}

/** A browser that was never used before, with one page that is watched; `own` is no stranger. */
export async function openBrowser(own: URL = top): Promise<Browser> {
  const home = await mkdtemp(join(tmpdir(), 'langorch-ui-'));
  const context = await chromium.launchPersistentContext(home, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args,
    viewport: { width: 1280, height: 860 },
    locale: 'en-US',
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  const offences = await watch(context, page, own);
  offencesOf.set(page, offences);
  page.setDefaultTimeout(15_000);

  return {
    page,
    offences,
    shot: (name) => shoot(page, name),
    close: async () => {
      await context.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function watch(context: BrowserContext, page: Page, own: URL): Promise<Offences> {
  const seen: Offences = {
    consoleErrors: [], policyViolations: [], foreignRequests: [], serverErrors: [],
  };
  await context.exposeFunction('langorchViolation', (what: string) => {
    seen.policyViolations.push(what);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) => {
      const tell = (globalThis as unknown as { langorchViolation: (what: string) => void });
      tell.langorchViolation(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}`);
    });
  });
  page.on('console', (message) => {
    if (message.type() === 'error') seen.consoleErrors.push(message.text());
  });
  page.on('pageerror', (error) => seen.consoleErrors.push(String(error)));
  page.on('request', (request) => {
    const url = new URL(request.url());
    const local = url.protocol === 'data:' || url.protocol === 'blob:';
    if (!local && url.origin !== own.origin) seen.foreignRequests.push(request.url());
  });
  page.on('response', (response) => {
    if (response.status() >= 500) {
      seen.serverErrors.push(`${response.status()} ${response.url()}`);
    }
  });
  return seen;
}

async function shoot(page: Page, name: string): Promise<void> {
  if (!shots) return;
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

/**
 * Looks at the page as axe does; one line for each thing that somebody could not use.  The style
 * sheet that axe adds for its measurements is refused by the policy, and no offence of the page.
 * Colours that are on their way, as after a change of the theme, are waited for.
 */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  const seen = offencesOf.get(page);
  const before = [seen?.consoleErrors.length ?? 0, seen?.policyViolations.length ?? 0] as const;
  await page.evaluate(await readFile(axe, 'utf8'));
  await page.evaluate(async () => {
    const ways = document.getAnimations().filter((a) => a instanceof CSSTransition);
    await Promise.allSettled(ways.map((a) => a.finished));
  });
  const faults = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: (o: object) => Promise<AxeResult> } };
    const { violations } = await axe.run({ resultTypes: ['violations'] });
    await new Promise((resolve) => setTimeout(resolve, 50));
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}`));
  });
  if (seen) {
    forget(seen.consoleErrors, before[0], /^Applying inline style violates/);
    forget(seen.policyViolations, before[1], /^style-src-elem inline/);
  }
  return faults;
}

const offencesOf = new WeakMap<Page, Offences>();

function forget(list: string[], from: number, what: RegExp): void {
  list.push(...list.splice(from).filter((text) => !what.test(text)));
}

interface AxeResult {
  violations: { id: string; nodes: { target: string[] }[] }[];
}

/** Waits until a page has what it shows: its heading, nothing that loads, its drawing. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  const loading = page.getByRole('status', { name: /^Loading/ });
  await loading.first().waitFor({ state: 'detached' });
  if (await page.locator('.react-flow').count()) {
    /* lines are drawn once the boxes were measured */
    await page.locator('.react-flow__edge').first().waitFor({ state: 'attached' });
  }
  await page.evaluate(() => document.fonts.ready);
}

/** The text of a file of fixtures/. */
export function fixture(name: string): Promise<string> {
  return readFile(fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url)), 'utf8');
}

/** The address of a page of the console: `runs/1` below the mount. */
export function at(path: string): string {
  return new URL(path, top).href;
}
