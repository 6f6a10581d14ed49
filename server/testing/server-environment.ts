import { fileURLToPath } from 'node:url';
import { bareEnvironment } from '#server/testing/bare-environment.ts';

const resolveOnce = fileURLToPath(new URL('../../scripts/resolve-once.mjs', import.meta.url));

/** The same for what loads all of a server, which takes half of its time to be loaded so. */
export const serverEnvironment = () => ({ ...bareEnvironment(), NODE_OPTIONS: `--import=${resolveOnce}` });
