import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Adds a token to what passes: the conformance suite cannot be given one. What it says of its own address it says of ours. */
export async function openTokenProxy(origin: string, token: string) {
  const { hostname, port, host } = new URL(origin);
  const server = createServer((req, res) => {
    const headers = { ...req.headers, authorization: `Bearer ${token}` };
    if (isLocal(headers.host)) headers.host = host;
    if (headers.origin !== undefined && isLocal(new URL(headers.origin).host))
      headers.origin = `http://localhost:${port}`;
    const passed = request({ hostname, port, path: req.url, method: req.method, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    }).on('error', () => res.destroy());
    res.on('close', () => passed.destroy());
    req.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const isLocal = (host = '') => /^(localhost|127\.0\.0\.1)(:|$)/.test(host);
