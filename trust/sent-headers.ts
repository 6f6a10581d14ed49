/** What no answer goes without, and what of it is enough. */
const always: Record<string, RegExp> = {
  'content-security-policy': /^default-src 'none'; .*frame-ancestors 'none'$/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'referrer-policy': /^same-origin$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'permissions-policy': /camera=\(\)/,
  'cache-control': /^(no-store|no-cache(, no-transform)?|public, max-age=(300|31536000, immutable))$/,
};
const overHttps = { 'strict-transport-security': /^max-age=31536000$/ };
/** What tells an attacker what to look up. */
const never = ['server', 'x-powered-by', 'via', 'access-control-allow-origin'];

/** The names of headers that an answer lacks, or has and should not have. */
export function wrongHeaders(headers: Headers, isHttps: boolean): string[] {
  const wanted = Object.entries(isHttps ? { ...always, ...overHttps } : always);
  const lacking = wanted
    .filter(([name, enough]) => !enough.test(headers.get(name) ?? ''))
    .map(([name]) => name);
  return [...lacking, ...never.filter((name) => headers.has(name))];
}
