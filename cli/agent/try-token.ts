import { describeNetworkFault } from '#cli/client/network-faults.ts';
import { ask } from '#cli/client/request.ts';
import { version } from '#cli/version.ts';
import { secretForm } from '#server/core/secrets/schema.ts';
import type { MeView } from '#server/core/sessions/schema.ts';

/** What a server makes of a secret. Whatever is not its own clear answer is `unknown`, and settles nothing. */
export type Trial =
  | { result: 'works' }
  | { result: 'refused'; code: string; reason: string }
  | { result: 'unknown'; reason: string };

export const agentUserAgent = `keyward-agent/${version} (${process.platform}; node ${process.versions.node})`;

const timeoutMs = 15_000;

/** Shows a secret to `GET /api/v1/me`: its first use there puts it in the place of the one before. */
export async function tryToken(server: string, agentId: string, token: string): Promise<Trial> {
  const headers = {
    Accept: 'application/json',
    Authorization: `Bearer ${token}`,
    'User-Agent': agentUserAgent,
  };
  try {
    const answer = await ask(`${server}/api/v1/me`, { method: 'GET', headers, timeoutMs });
    return readTrial(answer.status, await answer.text(), agentId);
  } catch (error) {
    return { result: 'unknown', reason: describeNetworkFault(error, server).message };
  }
}

/** A 200 or 401 of something in between must not cost a secret: it has to be Keyward that answers. */
function readTrial(status: number, text: string, agentId: string): Trial {
  const problem = readProblem(text);
  const me = readJson(text) as Partial<MeView> | undefined;
  if (status === 200 && me?.agent?.id === agentId) return { result: 'works' };
  if (status === 401 && problem) return { result: 'refused', ...problem };
  return { result: 'unknown', reason: problem?.reason ?? `The server answered ${status}.` };
}

/** What a problem document says: a code of the server's, and its sentence. */
export function readProblem(text: string): { code: string; reason: string } | undefined {
  const found = readJson(text);
  if (typeof found?.['code'] !== 'string' || typeof found['detail'] !== 'string') return undefined;
  return { code: redact(found['code']), reason: redact(found['detail']) };
}

function readJson(text: string): Record<string, unknown> | undefined {
  try {
    return (JSON.parse(text) ?? undefined) as Record<string, unknown> | undefined;
  } catch {
    return undefined;
  }
}

/** A text fit for logs and for the server, whoever wrote it. */
export function redact(text: string): string {
  return text.replace(secretForm, 'kw_[secret]').slice(0, 200);
}
