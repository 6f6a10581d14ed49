// The floor: what node:http does when it has nothing to find out. Answers every request with the body it is given.
import { createServer } from 'node:http';

const body = process.env['FLOOR_BODY'] ?? '';
const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
const server = createServer((_, res) => {
  res.writeHead(200, headers);
  res.end(body);
});
server.listen(Number(process.env['PORT']), '127.0.0.1', () => process.stderr.write('ready\n'));
