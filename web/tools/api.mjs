// Writes libs/api/schema.ts from the server's OpenAPI file: the types of every route, body and answer.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const source = path.join(root, '..', 'docs', 'openapi.json');
const target = path.join(root, 'libs', 'api', 'schema.ts');

const document = JSON.parse(await readFile(source, 'utf8'));
const text = `// Generated from docs/openapi.json by tools/api.mjs; not committed.\n${astToString(await openapiTS(document))}`;
const former = await readFile(target, 'utf8').catch(() => '');
if (former !== text) {
  await writeFile(target, text);
}
