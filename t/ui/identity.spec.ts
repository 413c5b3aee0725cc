import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, openBrowser, top as openTop, type Browser } from './browser';

/*
 * A site that asks for names, as its administrator and those whom he lets in have it.  The
 * tests build on each other.
 */

const locked = process.env.LANGORCH_LOCKED_URL;
const secret = process.env.LANGORCH_LOCKED_PASSWORD ?? '';
const top = new URL(locked ?? 'http://127.0.0.1/ui/');
const at = (path: string) => new URL(path, top).href;

let b: Browser;
let token = '';

beforeAll(async () => {
  b = await openBrowser(top);
});

afterAll(async () => {
  await b.close();
});

/** A program with a token, or without. */
function ask(path: string, bearer: string): Promise<Response> {
  const headers = bearer === '' ? undefined : { Authorization: `Bearer ${bearer}` };
  return fetch(new URL(`../api/${path}`, top), { headers: headers ?? {} });
}

/** Refusals that a test asked for are no fault. */
function forgive(status: number): void {
  const { consoleErrors } = b.offences;
  const asked = new RegExp(`status of ${status}`);
  expect(consoleErrors.filter((e) => !asked.test(e))).toEqual([]);
  consoleErrors.length = 0;
}

async function signIn(name: string, password: string): Promise<void> {
  const { page } = b;
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Signs in and waits until that is done: to go elsewhere before would break it off. */
async function enter(name: string, password: string): Promise<void> {
  await signIn(name, password);
  await b.page.getByRole('button', { name: `Account: ${name}` }).waitFor();
}

async function signOut(): Promise<void> {
  const { page } = b;
  await page.getByRole('button', { name: /^Account: / }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
}

/** In the page: what comes up has come, so that its colours are its own. */
async function still(): Promise<void> {
  const moves = document.getAnimations();
  const ending = moves.filter((a) => a.effect?.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(ending.map((a) => a.finished));
}

/** Every look of what shows, light and dark, wide and narrow. */
async function looks(name: string): Promise<void> {
  const { page, offences } = b;
  const errors = offences.consoleErrors.length;
  const violations = offences.policyViolations.length;
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 860 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(still);
      expect([name, width, colorScheme, await accessibilityFaults(page)]).toEqual([
        name, width, colorScheme, [],
      ]);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect([name, width, over <= 0]).toEqual([name, width, true]);
      await b.shot(`identity-${name}-${width}-${colorScheme}`);
    }
  }
  await page.setViewportSize({ width: 1280, height: 860 });
  /* axe looks with a style sheet of its own, which the policy refuses */
  offences.consoleErrors.length = errors;
  offences.policyViolations.length = violations;
}

test.runIf(locked)('who has no session signs in, and comes to where he went', async () => {
  const { page } = b;
  await page.goto(at('runs?status=failed'));
  await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
  expect(await page.getByRole('navigation').count()).toBe(0);
  await looks('sign-in');
  await signIn('root', 'not the password');
  await page.getByText('Invalid username or password').waitFor();
  await page.getByLabel('Password').fill(secret);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor();
  expect(page.url()).toBe(at('runs?status=failed'));
  forgive(401);
});

test.runIf(locked)('no script and no address has the session', async () => {
  const { page } = b;
  const seen = await page.evaluate(() =>
    JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, location.href]),
  );
  expect(seen).not.toMatch(/eyJ|langorch_token/);
  const cookies = await page.context().cookies();
  expect(cookies.map((c) => [c.name, c.httpOnly, c.sameSite]).sort()).toEqual([
    ['langorch_device', true, 'Strict'],
    ['langorch_token', true, 'Strict'],
  ]);
});

test.runIf(locked)('a token is made, seen once, lets a program in, and is revoked', async () => {
  const { page } = b;
  await page.getByRole('link', { name: 'API tokens', exact: true }).click();
  await page.getByText('No tokens yet').waitFor();
  await looks('no-tokens');
  await page.getByRole('button', { name: 'New token' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('nightly');
  await dialog.getByLabel('Role').selectOption('operator');
  await dialog.getByLabel('Days until it ends').fill('400');
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await dialog.getByLabel('Days until it ends').and(page.locator('[aria-invalid=true]')).waitFor();
  await looks('new-token');
  await dialog.getByLabel('Days until it ends').fill('3');
  await dialog.getByRole('button', { name: 'Make it' }).click();

  const shown = page.getByRole('dialog', { name: 'Token nightly' });
  token = await shown.getByLabel('Token', { exact: true }).inputValue();
  expect(token).toMatch(/^lo_\S{40,}$/);
  await looks('made-token');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await shown.getByRole('button', { name: 'Copy the token' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(token);
  await shown.getByRole('button', { name: 'I have it' }).click();

  const mine = page.getByRole('list', { name: 'API tokens' }).getByRole('listitem');
  await mine.getByText('never used').waitFor();
  const me = (await (await ask('auth/me', token)).json()) as Record<string, string>;
  expect([me.identity, me.role, me.auth_method]).toEqual(['root', 'operator', 'api_token']);
  await page.reload();
  await mine.getByText(/^last used/).waitFor();
  expect(await page.content()).not.toContain(token);
  await looks('tokens');

  await page.getByRole('button', { name: 'Revoke nightly' }).click();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('No tokens yet').waitFor();
  expect((await ask('auth/me', token)).status).toBe(401);
  forgive(422);
});

test.runIf(locked)('a user is made, and what is wrong is said where it is', async () => {
  const { page } = b;
  await page.getByRole('link', { name: 'Users', exact: true }).click();
  const list = page.getByRole('list', { name: 'Users' });
  await list.getByText('you', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'New user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Name/).fill('root');
  await dialog.getByLabel('Full name').fill('Grace Hopper');
  await dialog.getByLabel('Email').fill('grace@example.org');
  await dialog.getByLabel('Password').fill('short');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.getByText('Must have at least 8 characters', { exact: true }).waitFor();
  await dialog.getByLabel('Password').fill('long enough');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.getByText('Somebody else has it').waitFor();
  await looks('new-user');
  await dialog.getByLabel(/^Name/).fill('grace');
  await dialog.getByRole('button', { name: 'Create' }).click();
  const row = list.getByRole('listitem').filter({ hasText: 'Grace Hopper' });
  await row.getByText('viewer').waitFor();
  await looks('users');
  forgive(4);
});

test.runIf(locked)('his role is changed, and counts at once', async () => {
  const { page } = b;
  await page.getByRole('button', { name: 'Change grace' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Role').selectOption('manager');
  await looks('change-user');
  await dialog.getByRole('button', { name: 'Save' }).click();
  const row = page
    .getByRole('list', { name: 'Users' })
    .getByRole('listitem')
    .filter({ hasText: 'Grace Hopper' });
  await row.getByText('manager').waitFor();
});

test.runIf(locked)('he is limited to a project, and sees the whole site again', async () => {
  const { page } = b;
  const dialog = page.getByRole('dialog');
  await page.goto(at('projects?do=new'));
  await dialog.getByLabel('Name').fill('Winter');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await page.getByText('Winter', { exact: true }).waitFor();
  await page.goto(at('users'));
  const row = page
    .getByRole('list', { name: 'Users' })
    .getByRole('listitem')
    .filter({ hasText: 'Grace Hopper' });
  const choose = async (on: string, off: string) => {
    await page.getByRole('button', { name: 'Change grace' }).click();
    await dialog.getByText('More', { exact: true }).click();
    await dialog.getByRole('checkbox', { name: on }).check();
    await dialog.getByRole('checkbox', { name: off }).uncheck();
  };
  await choose('Winter', 'The whole site');
  await looks('limit-user');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await row.getByText('Winter').waitFor();
  await looks('limited-user');
  await choose('The whole site', 'Winter');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await row.getByText('Winter').waitFor({ state: 'detached' });
});

test.runIf(locked)('the last administrator cannot be taken away, and is told so', async () => {
  const { page } = b;
  await page.getByRole('button', { name: 'Delete root' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/^This is you/).waitFor();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByText('Cannot delete the last admin user').waitFor();
  await dialog.getByRole('button', { name: 'Not now' }).click();
  forgive(400);
});

test.runIf(locked)('a manager sees the users and changes nothing', async () => {
  const { page } = b;
  await signOut();
  await enter('grace', 'long enough');
  await page.getByRole('button', { name: 'Account: grace' }).click();
  await page.getByRole('dialog').getByText('manager').waitFor();
  await page.getByRole('dialog').getByText('the whole site').waitFor();
  await looks('account');
  await page.keyboard.press('Escape');
  await page.goto(at('users'));
  await page.getByRole('list', { name: 'Users' }).getByText('grace@example.org').waitFor();
  expect(await page.getByRole('button', { name: /^(New|Change|Delete)/ }).count()).toBe(0);
  forgive(401);
});

test.runIf(locked)('a session that ended is begun again, and the work stays', async () => {
  const { page } = b;
  await page.goto(at('tokens'));
  await page.getByRole('button', { name: 'New token' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('half done');
  await page.context().clearCookies();
  await page.getByRole('dialog').getByRole('button', { name: 'Make it' }).click();
  const again = page.getByRole('dialog', { name: 'Sign in again' });
  await again.waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await again.getByLabel('Password').and(page.locator(':focus')).waitFor();
  await looks('sign-in-again');
  expect(await again.getByLabel('Name').inputValue()).toBe('grace');
  await page.keyboard.type('long enough');
  await page.keyboard.press('Enter');
  await again.waitFor({ state: 'detached' });
  expect(await page.getByRole('dialog').getByLabel('Name').inputValue()).toBe('half done');
  await page.getByRole('dialog').getByRole('button', { name: 'Make it' }).click();
  await page.getByRole('dialog', { name: 'Token half done' }).waitFor();
  await page.getByRole('button', { name: 'I have it' }).click();
  forgive(401);
});

test.runIf(locked)('who signed out sees nothing, and who is deleted stays out', async () => {
  const { page } = b;
  await signOut();
  await enter('root', secret);
  await page.goto(at('users'));
  await page.getByRole('button', { name: 'Delete grace' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete grace' }).waitFor({ state: 'detached' });
  await signOut();
  /* that a browser came in before is remembered; it is no session */
  expect((await page.context().cookies()).map((c) => c.name)).toEqual(['langorch_device']);
  await page.goBack();
  await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
  await signIn('grace', 'long enough');
  await page.getByText('Invalid username or password').waitFor();
  forgive(401);
});

test('a cookie of another site on this host keeps nobody out of an open one', async () => {
  const open = await openBrowser();
  try {
    await open.page.context().addCookies([
      { name: 'langorch_token', value: 'worth.nothing.here', url: openTop.origin },
    ]);
    await open.page.goto(new URL('settings', openTop).href);
    await open.page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
    expect(await open.page.context().cookies()).toEqual([]);
  } finally {
    await open.close();
  }
});

test.runIf(locked)('nothing of this broke a rule of the browser', () => {
  expect(b.offences).toEqual({
    consoleErrors: [], policyViolations: [], foreignRequests: [], serverErrors: [],
  });
});
