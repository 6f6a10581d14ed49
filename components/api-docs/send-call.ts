import type { Operation } from './api-document.ts';

export interface FilledCall {
  /** What was filled in, by the name of the parameter; empty ones are left out. */
  values: Record<string, string>;
  body: string | undefined;
  /** Empty: the session's. */
  token: string;
}

export interface Answered {
  status: string;
  isGood: boolean;
  ms: number;
  requestId: string | null;
  text: string;
}

const longest = 100_000;

/** Where a call goes: the path with its parameters in their places, and the others behind it. */
export function addressOf({ path, parameters = [] }: Operation, values: FilledCall['values']): string {
  const query = new URLSearchParams();
  let address = path;
  for (const { in: place, name } of parameters) {
    const value = values[name]?.trim() ?? '';
    if (place === 'path') address = address.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== '') query.append(name, value);
  }
  return query.size > 0 ? `${address}?${query}` : address;
}

/** Sends it to this server. With a token the session stays out of it. Throws when there is no answer. */
export async function sendCall(operation: Operation, { values, body, token }: FilledCall): Promise<Answered> {
  const started = performance.now();
  const response = await fetch(addressOf(operation, values), {
    method: operation.method,
    credentials: token ? 'omit' : 'same-origin',
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  return {
    status: `${response.status} ${response.statusText}`.trim(),
    isGood: response.ok,
    ms: Math.round(performance.now() - started),
    requestId: response.headers.get('X-Request-Id'),
    text: readable(text).slice(0, longest),
  };
}

function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
