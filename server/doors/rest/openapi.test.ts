import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { doorOperations } from '#server/doors/rest/door-operations.ts';
import { restPrefix, restRoutes } from '#server/doors/rest/routes.ts';
import { openDesk } from '#server/testing/desk.ts';

interface Operation {
  operationId: string;
  'x-permission': string;
  requestBody?: { content: Record<string, { example?: unknown }> };
  responses: Record<string, { content?: Record<string, { example?: unknown }> }>;
}
type Document = { paths: Record<string, Record<string, Operation>> };

async function fetchDocument() {
  await using desk = await openDesk();
  const answer = await desk.send('GET /api/v1/openapi.json');
  assert.equal(answer.status, 200);
  return { text: answer.text, document: answer.body as unknown as Document };
}

test('the document has nothing that a linter minds', async () => {
  const { text } = await fetchDocument();
  const config = await createConfig({
    extends: ['recommended-strict'],
    rules: { 'no-server-example.com': 'off' },
  });
  const problems = await lintFromString({ source: text, config });
  assert.deepEqual(
    problems.map((problem) => `${problem.ruleId}: ${problem.message} at ${problem.location[0]?.pointer}`),
    [],
  );
});

test('the linter that says so does mind a mistake', async () => {
  const { text } = await fetchDocument();
  const config = await createConfig({ extends: ['recommended-strict'] });
  const broken = text.replaceAll('"operationId":"tokens.get"', '"operationId":"tokens.list"');
  assert.ok((await lintFromString({ source: broken, config })).length > 0);
});

test('every route of the API is in the document, with its permission, and nothing else is', async () => {
  const { document } = await fetchDocument();
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => `${method} ${path} ${operation['x-permission']}`),
  );
  const routes = restRoutes().map(
    ({ rest, meta }) => `${rest.method.toLowerCase()} ${restPrefix}${rest.path} ${meta.access}`,
  );
  const doors = doorOperations.map(({ method, path, access }) => `${method} ${path} ${access}`);
  assert.deepEqual(described.toSorted(), [...routes, ...doors].toSorted());
});

const anId = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401';

test('every example is one that the server would take or give', async () => {
  const { document } = await fetchDocument();
  for (const { rest, name, input, output, pathFields } of restRoutes()) {
    const operation = document.paths[restPrefix + rest.path]?.[rest.method.toLowerCase()];
    const request = operation?.requestBody?.content['application/json']?.example as object | undefined;
    if (request) {
      const inPath = Object.fromEntries(pathFields.map((field) => [field, anId]));
      assert.deepEqual(
        input?.safeParse({ ...inPath, ...request }).error?.issues ?? [],
        [],
        `${name} request`,
      );
    }
    const answer = operation?.responses[String(rest.status)]?.content?.['application/json']?.example;
    if (rest.status !== 204)
      assert.deepEqual(output?.safeParse(answer).error?.issues ?? [], [], `${name} answer`);
    for (const [status, response] of Object.entries(operation?.responses ?? {})) {
      const problem = response.content?.['application/problem+json']?.example as
        | { status: number }
        | undefined;
      if (Number(status) >= 400) assert.equal(problem?.status, Number(status), `${name} ${status}`);
    }
  }
});
