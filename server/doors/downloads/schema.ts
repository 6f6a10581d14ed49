import { z } from 'zod';

const fileView = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.int().positive().meta({ description: 'In bytes.' }),
});

/** What `GET /cli/version` answers: the npm package of the command line, and the same as a bare file. */
export const cliVersionView = fileView.extend({
  version: z.string().meta({ example: '0.1.0-c3f9a2c1d' }),
  file: fileView,
});
export type CliVersionView = z.infer<typeof cliVersionView>;
