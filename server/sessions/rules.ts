import type { Principal } from '#server/access/principal.ts';
import { cutText } from '#server/access/schema.ts';
import { AppError } from '#server/errors.ts';
import type { MeView } from '#server/sessions/schema.ts';

/** Who is asking, as they are told. */
export function whoAmI({ tenantId, user, origin, permissions }: Principal): MeView {
  return {
    user: { ...user, tenantId },
    agent: null,
    credential: origin.kind === 'credential' ? credentialOf(origin) : null,
    session: origin.kind === 'session' ? { id: origin.id, expiresAt: origin.expiresAt.toISOString() } : null,
    permissions: [...permissions],
  };
}

function credentialOf(origin: Extract<Principal['origin'], { kind: 'credential' }>): MeView['credential'] {
  const { id, credentialKind: kind, name, prefix, grant: permissions, expiresAt } = origin;
  return { id, kind, name, prefix, permissions, expiresAt: expiresAt?.toISOString() ?? null };
}

/** Said only to a person who has proved who they are. */
export const tenantSuspended = () =>
  new AppError(
    'tenant_suspended',
    'Your organization’s access to Keyward is suspended. Ask its operator why.',
  );

const browsers: [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|Chromium|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const systems: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** What a `User-Agent` header says in words: "Firefox on Linux"; of a program its own name. Nothing more is known. */
export function deviceOf(userAgent: string | null): string {
  if (!userAgent) return 'Unknown device';
  const find = (known: [RegExp, string][]) => known.find(([form]) => form.test(userAgent))?.[1];
  const [browser, system] = [find(browsers), find(systems)];
  if (browser) return system ? `${browser} on ${system}` : browser;
  return system ?? (cutText(userAgent.split(/[\s/(]/)[0] ?? '', 40) || 'Unknown device');
}
