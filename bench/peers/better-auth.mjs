// better-auth's API keys on the same PostgreSQL, behind the same bare node:http: a key comes in, whom it is for goes out.
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { apiKey } from '@better-auth/api-key';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10 });
const auth = betterAuth({
  database: pool,
  secret: 'of the bench, and good for nothing else',
  baseURL: 'http://localhost',
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
  logger: { level: 'error' },
  // Its limit of ten a day would make the comparison short.
  plugins: [apiKey({ rateLimit: { enabled: false } })],
});
const { runMigrations } = await getMigrations(auth.options);
await runMigrations();

const { user } = await auth.api.signUpEmail({
  body: { email: 'bench@example.com', name: 'Bench', password: 'seven lanterns over the bay' },
});
for (let made = 0; made < Number(process.env['KEYS']); made++) {
  const { key } = await auth.api.createApiKey({ body: { userId: user.id, name: `key ${made}` } });
  appendFileSync(process.env['KEYS_FILE'] ?? '', `${key}\n`);
}

const server = createServer((req, res) => {
  void auth.api
    .verifyApiKey({ body: { key: String(req.headers['x-api-key']) } })
    .then(({ valid, key }) => JSON.stringify({ valid, id: key?.id, user: key?.referenceId }))
    .then((body) => {
      const status = body.includes('"valid":true') ? 200 : 401;
      res.writeHead(status, {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
      });
      res.end(body);
    });
});
server.listen(Number(process.env['PORT']), '127.0.0.1', () => process.stderr.write('ready\n'));
