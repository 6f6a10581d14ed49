import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';

/** A tool server with one tool, `echo`, which repeats its text: over HTTP on `PORT`, or with `--stdio`. */
const { values } = parseArgs({ options: { stdio: { type: 'boolean', default: false } } });
const inputSchema = { type: 'object', properties: { text: { type: 'string' } } } as const;

function createEcho(): Server {
  const server = new Server({ name: 'echo', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({ tools: [{ name: 'echo', inputSchema }] }));
  server.setRequestHandler('tools/call', ({ params }) => ({
    content: [{ type: 'text', text: JSON.stringify(params.arguments?.['text'] ?? '') }],
  }));
  return server;
}

if (values.stdio) await createEcho().connect(new StdioServerTransport());
else listen();

function listen(): void {
  const handler = createMcpHandler(createEcho);
  const server = createServer((req, res) => {
    void (async () => {
      const response = await handler.fetch(
        new Request(`http://127.0.0.1${req.url}`, {
          method: req.method ?? 'GET',
          headers: Object.entries(req.headers).map(([name, value]): [string, string] => [
            name,
            String(value),
          ]),
          body: req.method === 'POST' ? (Readable.toWeb(req) as ReadableStream) : null,
          duplex: 'half',
        } as RequestInit),
      );
      res.writeHead(response.status, Object.fromEntries(response.headers));
      res.end(Buffer.from(await response.arrayBuffer()));
    })();
  });
  server.listen(Number(process.env['PORT']), '127.0.0.1', () => process.stderr.write('ready\n'));
}
