import type { Result } from './subjects.ts';

const width = 760;
const left = 260;
const right = 96;
const rowHeight = 34;
const top = 56;

/** The rates as horizontal bars: an image for the README, readable on light and dark. */
export function drawChart(results: Result[], size: number): string {
  const rows: [name: string, label: string, kind: 'floor' | 'ours' | 'peer'][] = [
    ['floor, me', 'bare node:http, same body', 'floor'],
    [`me, ${size}`, 'Keyward: GET /api/v1/me', 'ours'],
    [`forward, ${size}`, 'Keyward: /api/v1/auth/forward', 'ours'],
    [`verify, ${size}`, 'Keyward: POST /api/v1/verify', 'ours'],
    [`introspect, ${size}`, 'Keyward: POST /oauth/introspect', 'ours'],
    ['better-auth', 'better-auth: verifyApiKey', 'peer'],
  ];
  const found = rows.flatMap(([name, label, kind]) => {
    const result = results.find((one) => one.name === name);
    return result ? [{ label, kind, rate: result.perSecond }] : [];
  });
  const most = Math.max(...found.map(({ rate }) => rate));
  const height = top + found.length * rowHeight + 12;
  const bars = found.map(({ label, kind, rate }, row) => {
    const y = top + row * rowHeight;
    const length = Math.max(2, (rate / most) * (width - left - right));
    return [
      `<text x="${left - 12}" y="${y + 17}" text-anchor="end">${label}</text>`,
      `<rect x="${left}" y="${y + 3}" width="${length.toFixed(1)}" height="20" rx="3" class="${kind}"/>`,
      `<text x="${(left + length + 8).toFixed(1)}" y="${y + 17}" class="rate">${Math.round(rate).toLocaleString('en')}/s</text>`,
    ].join('\n  ');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Requests a second, one core for the server">
  <style>
    text { font: 13px system-ui, sans-serif; fill: #57606a; } .title { font-weight: 600; font-size: 14px; }
    .rate { font-variant-numeric: tabular-nums; } .floor { fill: #8c959f; } .ours { fill: #2f6feb; } .peer { fill: #bf8700; }
    @media (prefers-color-scheme: dark) { text { fill: #9da7b3; } .ours { fill: #4c8dff; } }
  </style>
  <text x="12" y="26" class="title">Requests a second on one core, ${size.toLocaleString('en')} different tokens, each looked up in PostgreSQL</text>
  ${bars.join('\n  ')}
</svg>
`;
}
