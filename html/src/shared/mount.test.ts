import { expect, test } from 'vitest';
import { apiHref, mountOf, pageHref } from './mount';

test('the mount and the API are found from the address of a built module', () => {
  expect(mountOf('http://h:8080/ui/assets/index-a1.js')).toEqual({ base: '/ui', api: '/api' });
});

test('below a prefix the API lies beside the console', () => {
  const mount = mountOf('https://h/x/y/ui/assets/index-a1.js?v=1');
  expect(mount).toEqual({ base: '/x/y/ui', api: '/x/y/api' });
});

test('the console may be mounted under another name', () => {
  expect(mountOf('http://h/flows/console/assets/a.js')).toEqual({
    base: '/flows/console',
    api: '/flows/api',
  });
});

test('a console at the top of its host finds the API there too', () => {
  expect(mountOf('http://h/assets/a.js')).toEqual({ base: '', api: '/api' });
});

test('pages and routes are addressed below the mount', () => {
  const mount = mountOf('http://h/x/ui/assets/a.js');
  expect(pageHref('/runs/1', mount)).toBe('/x/ui/runs/1');
  expect(apiHref('/runs', mount)).toBe('/x/api/runs');
});
