import type { Problem } from '#server/core/procedures/problem.ts';

export interface CallOptions {
  /** Sent as `Authorization: Bearer …`. */
  token?: string;
  cookie?: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, with whatever `headers` say of it. */
  text?: string;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** What the text says, where it is JSON. */
  body: Json;
  /** Why it was refused, whether over REST or tRPC. */
  problem: Problem | undefined;
}

/** Parsed JSON whose shape the test is about to check: any path into it may be tried. */
export interface Json {
  [key: string]: Json;
}

export interface Caller {
  origin: string;
  /** `send('POST /api/v1/tokens', { cookie, body })`. Redirects are not followed. */
  send(call: string, options?: CallOptions): Promise<Answer>;
}

export function createCaller(origin: string): Caller {
  return {
    origin,
    async send(call, { token, cookie, body, text, headers } = {}) {
      const [method = 'GET', path = '/'] = call.split(' ');
      const response = await fetch(origin + path, {
        method,
        redirect: 'manual',
        headers: {
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...(token !== undefined && { Authorization: `Bearer ${token}` }),
          ...(cookie !== undefined && { Cookie: cookie }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(text !== undefined && { body: text }),
      });
      const answered = await response.text();
      const parsed = parse(answered);
      return {
        status: response.status,
        headers: response.headers,
        text: answered,
        body: parsed,
        problem: problemOf(parsed),
      };
    },
  };
}

/** The statuses of some answers, lowest first. */
export function statusesOf(answers: Answer[]): number[] {
  return answers.map((answer) => answer.status).toSorted((a, b) => a - b);
}

/** The part of a `Set-Cookie` header that a browser sends back. */
export function cookieOf(answer: Answer): string {
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

/** A string in an answer. */
export const textOf = (json: Json | undefined) => json as unknown as string;

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

function problemOf(body: Json): Problem | undefined {
  const problem = body['error']?.['data']?.['problem'] ?? body;
  return problem['code'] ? (problem as unknown as Problem) : undefined;
}
