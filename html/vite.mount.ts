import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import type { Plugin, Rolldown } from 'vite';

type Bundle = Rolldown.OutputBundle;

/** The classic script that index.html runs first: the chosen theme, then the app itself. */
export function bootScript(toEntry: string): string {
  return [
    '(function () {',
    '  try {',
    "    var theme = localStorage.getItem('langorch.theme');",
    "    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;",
    '  } catch (e) { /* no storage: the system decides */ }',
    `  import('${toEntry}');`,
    '})();',
    '',
  ].join('\n');
}

/** Takes the build's own tags out of the page and puts the two boot files in. */
export function bootPage(html: string, version: string): string {
  const bare = html.replace(/\s*<(script|link)\b[^>]*assets\/[^>]*>(<\/script>)?/g, '');
  const tags = [
    `<link rel="stylesheet" href="./boot.css?v=${version}">`,
    `<script src="./boot.js?v=${version}"></script>`,
  ];
  return bare.replace('</head>', `  ${tags.join('\n    ')}\n  </head>`);
}

function entryNames(bundle: Bundle): { script: string; styles: string[] } {
  const all = Object.values(bundle);
  const entry = all.find((file) => file.type === 'chunk' && file.isEntry);
  if (!entry) throw new Error('the build has no entry');
  const styles = all.map((file) => file.fileName).filter((name) => name.endsWith('.css'));
  return { script: entry.fileName, styles };
}

/**
 * Makes one build work at any mount and at any address of a section.
 *
 * index.html is answered at several depths and may hold no inline script, so it names its
 * assets by a relative address that exists at every one of them: boot.js and boot.css lie at
 * the top and in a folder for each section, and each leads to the hashed files.
 */
export function mountAnywhere(sections: readonly string[]): Plugin {
  return {
    name: 'langorch-mount-anywhere',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const { script, styles } = entryNames(bundle);
        const page = bundle['index.html'];
        if (page?.type !== 'asset') throw new Error('the build has no index.html');

        const version = createHash('sha256')
          .update([script, ...styles].join())
          .digest('hex');
        page.source = bootPage(String(page.source), version.slice(0, 12));

        for (const [folder, up] of [['', './'], ...sections.map((s) => [`${s}/`, '../'])]) {
          const css = styles.map((name) => `@import url("${up}${name}");\n`).join('');
          this.emitFile({ type: 'asset', fileName: `${folder}boot.css`, source: css });
          const source = bootScript(`${up}${script}`);
          this.emitFile({ type: 'asset', fileName: `${folder}boot.js`, source });
        }
      },
    },
  };
}

/** Writes a `.gz` beside every file that is worth it, for NGINX's gzip_static. */
export function compressed(): Plugin {
  let folder = '';
  return {
    name: 'langorch-compressed',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    async closeBundle() {
      for (const name of await readdir(folder, { recursive: true })) {
        if (!/\.(js|css|svg)$/.test(name)) continue;
        const source = await readFile(join(folder, name));
        if (source.length > 1024) {
          await writeFile(join(folder, `${name}.gz`), gzipSync(source, { level: 9 }));
        }
      }
    },
  };
}
