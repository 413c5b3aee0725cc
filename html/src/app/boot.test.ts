import { expect, test } from 'vitest';
import { bootPage, bootScript } from '../../vite.mount';
import { navigation } from './navigation';
import { routes } from './routes';
import { sections } from './sections';

const built = [
  '<html><head>',
  '    <script type="module" crossorigin src="./assets/index-a.js"></script>',
  '    <link rel="modulepreload" crossorigin href="./assets/b.js">',
  '    <link rel="stylesheet" crossorigin href="./assets/style-c.css">',
  '    <link rel="icon" href="data:image/svg+xml,x">',
  '  </head><body></body></html>',
].join('\n');

test('the page names the boot files and nothing below assets', () => {
  const page = bootPage(built, 'v1');
  expect(page).toContain('<script src="./boot.js?v=v1"></script>');
  expect(page).toContain('<link rel="stylesheet" href="./boot.css?v=v1">');
  expect(page).toContain('rel="icon"');
  expect(page).not.toContain('assets/');
});

test('the page has no script of its own, which the policy would refuse', () => {
  expect(bootPage(built, 'v1')).not.toMatch(/<script(?![^>]* src=)/);
});

test('the boot script starts the app by an address relative to itself', () => {
  expect(bootScript('../assets/index-a.js')).toContain("import('../assets/index-a.js')");
});

test('every page is at one of the sections and at most one segment deeper', () => {
  for (const { path } of routes) {
    const [, section = '', ...deeper] = path.split('/');
    expect(['', ...sections]).toContain(section);
    expect(deeper.length).toBeLessThanOrEqual(1);
  }
});

test('every place of the navigation has a page', () => {
  const paths = routes.map((r) => r.path);
  expect(navigation.map((n) => n.href).filter((href) => !paths.includes(href))).toEqual([]);
});

test('no two pages of the navigation have the same key', () => {
  expect(new Set(navigation.map((n) => n.key)).size).toBe(navigation.length);
});
