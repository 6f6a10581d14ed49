import { writeFile } from 'node:fs/promises';
import { settings } from '#server/settings.ts';

/** The page that explains every setting, made from the list that the server reads them by. */
export function configurationPage(): string {
  const rows = Object.entries<{ says: string; legal: string; byDefault?: string; secret?: true }>(
    settings,
  ).map(
    ([name, { says, legal, byDefault, secret }]) =>
      `| \`${name}\`${secret ? `<br>\`${name}_FILE\`` : ''} | ${says} | ${legal} | ${byDefault ?? ''} |`,
  );
  return [
    '# Configuration',
    '',
    'From the environment, or a file `.env` in the folder that `npm start` runs in; the environment wins. A secret can be given',
    'by a file instead. A bad value, or a `KEYWARD_…` name that is none of these, stops the start with a sentence.',
    '',
    '| setting | what it does | legal | left out |',
    '|---|---|---|---|',
    ...rows,
    '',
    'This page is written by `npm run docs` from `server/settings.ts`.',
    '',
  ].join('\n');
}

if (import.meta.main)
  await writeFile(new URL('../docs/configuration.md', import.meta.url), configurationPage());
