import type { Output } from '#cli/terminal/output.ts';
import { version } from '#cli/version.ts';
import { CliError, type ErrorFacts, type ExitReason } from './errors.ts';
import { describeNetworkFault } from './network-faults.ts';
import { ask as askServer, type Answer, type RequestOptions } from './request.ts';

export interface ApiCall {
  query?: Record<string, string | number | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as a form, as OAuth wants it. */
  form?: Record<string, string | undefined>;
  /** Default: 30 s until the whole answer is there. */
  timeoutMs?: number;
}

/** A server, asked with one token or with none. What it refuses is thrown as a `CliError`. */
export interface Api {
  server: string;
  /** The answer's JSON; null where there is none (204). */
  send<T>(call: string, options?: ApiCall): Promise<T>;
  /** An answer of any length, as it comes. */
  stream(call: string, options?: ApiCall): Promise<Answer>;
  /** The answer whatever its status is. */
  ask(call: string, options?: ApiCall): Promise<Answer>;
}

export interface ApiOptions {
  server: string;
  token?: string | undefined;
  cookie?: string | undefined;
  /** Where the token came from, for what to say when it is refused. */
  tokenHint?: string | undefined;
  out: Pick<Output, 'trace'>;
  /** Called when the server says that the token ends within a week. */
  onExpiring?: ((expiresAt: string) => void) | undefined;
  /** How long an answer may take where a call does not say; default: 30 s. */
  timeoutMs?: number | undefined;
}

const usualTimeoutMs = 30_000;

export const userAgent = `keyward-cli/${version} (${process.platform}; node ${process.versions.node})`;

export function createApi(options: ApiOptions): Api {
  const { server } = options;
  async function ask(call: string, sent: ApiCall = {}): Promise<Answer> {
    const [method = 'GET', path = '/'] = call.split(' ');
    const traced = (fault: CliError) => {
      options.out.trace(`${method} ${url} → ${fault.facts.code ?? 'no answer'}`);
      return fault;
    };
    const url = server + path + queryOf(sent.query);
    const started = performance.now();
    const response = await askServer(url, requestOf(method, sent, options)).catch((error: unknown) => {
      throw traced(describeNetworkFault(error, server));
    });
    const id = response.header('x-request-id');
    const ms = Math.round(performance.now() - started);
    options.out.trace(`${method} ${url} → ${response.status} in ${ms} ms${id ? `, request ${id}` : ''}`);
    assertNoRedirect(response, server);
    const expiresAt = response.header('keyward-token-expires');
    if (expiresAt) options.onExpiring?.(expiresAt);
    return response;
  }
  async function stream(call: string, sent?: ApiCall): Promise<Answer> {
    const response = await ask(call, sent);
    if (!response.isOk) throw await refusalOf(response, options);
    return response;
  }
  return {
    server,
    ask,
    stream,
    async send<T>(call: string, sent?: ApiCall) {
      const response = await stream(call, sent);
      return (await readJson(response, server)) as T;
    },
  };
}

function requestOf(
  method: string,
  { body, form, timeoutMs }: ApiCall,
  { token, cookie, timeoutMs: usual = usualTimeoutMs }: ApiOptions,
): RequestOptions {
  const type = form ? 'application/x-www-form-urlencoded' : body !== undefined && 'application/json';
  return {
    method,
    timeoutMs: timeoutMs ?? usual,
    headers: {
      Accept: 'application/json',
      'User-Agent': userAgent,
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(cookie !== undefined && { Cookie: cookie }),
      ...(type && { 'Content-Type': type }),
    },
    body: form
      ? new URLSearchParams(given(form)).toString()
      : body === undefined
        ? undefined
        : JSON.stringify(body),
  };
}

function queryOf(query: ApiCall['query'] = {}): string {
  const text = new URLSearchParams(given(query)).toString();
  return text && `?${text}`;
}

function given(fields: Record<string, string | number | undefined>): Record<string, string> {
  const entries = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return Object.fromEntries(entries) as Record<string, string>;
}

/** A token is for one server: where else that would have it sent is not followed. */
function assertNoRedirect({ status, header }: Answer, server: string): void {
  if (status < 300 || status > 399) return;
  const location = header('location') ?? '';
  const target = URL.canParse(location, server) ? new URL(location, server).origin : 'another address';
  throw new CliError('unreachable', `${server} sends you on to ${target}, which is not followed.`, {
    hint: 'If that is your Keyward, name it: --server <address>',
  });
}

async function readJson(response: Answer, server: string): Promise<unknown> {
  const text = await response.text().catch((error: unknown) => {
    throw describeNetworkFault(error, server);
  });
  if (response.status === 204) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CliError('unreachable', `What answers at ${server} is not a Keyward server.`, {
      hint: 'Check the address.',
    });
  }
}

interface Problem {
  code: string;
  detail: string;
  requestId?: string;
  resetUrl?: string;
}

async function refusalOf(response: Answer, options: ApiOptions): Promise<CliError> {
  const { status } = response;
  const text = await response.text().catch(() => '');
  const problem = parseProblem(text);
  const requestId = problem?.requestId ?? response.header('x-request-id');
  if (!problem) return withoutProblem(status, options.server, requestId);
  const { code, detail, resetUrl } = problem;
  const hint =
    hintFor(code, options) ??
    (status >= 500 ? `The server’s log knows more: request ${requestId}.` : undefined);
  return new CliError(outcomeOf(status), detail, { code, requestId, hint, resetUrl });
}

function parseProblem(text: string): Problem | undefined {
  try {
    const found = JSON.parse(text) as Partial<Problem> | null;
    if (typeof found?.code === 'string' && typeof found.detail === 'string') return found as Problem;
  } catch {
    return undefined;
  }
}

function withoutProblem(status: number, server: string, requestId: string | undefined): CliError {
  if (status >= 500)
    return new CliError(
      outcomeOf(status),
      `${server} answers ${status}: what stands before Keyward may be down.`,
      { requestId },
    );
  return new CliError(
    'unreachable',
    `What answers at ${server} is not a Keyward server, or an older one (status ${status}).`,
    {
      requestId,
      hint: 'Check the address, and see: keyward doctor',
    },
  );
}

function outcomeOf(status: number): ExitReason {
  if (status === 401) return 'signedOut';
  return status >= 502 && status <= 504 ? 'unreachable' : 'refused';
}

function hintFor(code: string, { server, tokenHint }: ApiOptions): ErrorFacts['hint'] {
  const signIn = `Sign in: keyward auth login --server ${server}`;
  const hints: Record<string, string> = {
    unauthenticated: signIn,
    token_invalid: tokenHint ?? signIn,
    token_revoked: tokenHint ?? signIn,
    token_expired: tokenHint ?? signIn,
    secret_retired: tokenHint ?? signIn,
    token_disabled: 'Look for it on the page “My tokens”. If that does not offer to enable it, ask an admin.',
    account_deactivated: 'Ask an admin of this Keyward.',
    permission_denied: 'What you may do is in: keyward auth whoami',
    session_required: `Do it in a browser: ${server}/tokens`,
    sign_in_again: `Confirm that it is you in a browser: ${server}/account`,
    ip_not_allowed: 'This token works from certain addresses only.',
    agent_offline: 'Start it, or rotate it when it connects: --wait',
    paused: 'See why, then: keyward agent resume <agent>',
    unavailable: 'Try again in a few seconds.',
  };
  return Object.hasOwn(hints, code) ? hints[code] : undefined;
}

interface Page {
  items: unknown[];
  nextCursor: string | number | null;
}

/** A search of the log looks at 10,000 rows a page, however few it finds: enough for a log of twenty million rows. */
const emptyPagesAtMost = 2_000;

/**
 * All pages of a list as one, up to so many items; `nextCursor` is null unless there were more. A page may hold nothing and
 * still be followed by one that does.
 */
export async function listAll<P extends Page>(
  api: Api,
  call: string,
  query: Record<string, string | number | undefined>,
  atMost = 10_000,
): Promise<P> {
  const page = await api.send<P>(call, { query });
  for (let empty = 0; page.nextCursor && page.items.length < atMost && empty < emptyPagesAtMost;) {
    const next = await api.send<P>(call, { query: { ...query, cursor: page.nextCursor } });
    empty = next.items.length === 0 ? empty + 1 : 0;
    page.items.push(...next.items);
    if (next.nextCursor === page.nextCursor) break;
    page.nextCursor = next.nextCursor;
  }
  page.items = page.items.slice(0, atMost);
  return page;
}
