// Other people's readers over what the contract publishes: redocly's linter,
// swagger-parser, and openapi-typescript with tsc --strict.
//
//   node document.mjs CONTRACT
//
// It prints a line of JSON for each fault, and a last one with what was looked at.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SwaggerParser from '@apidevtools/swagger-parser'
import { createConfig, lint } from '@redocly/openapi-core'
import openapiTS, { astToString } from 'openapi-typescript'
import ts from 'typescript'

const contract = process.argv[2]
const path = join(contract, 'openapi.json')
const fault = (who, what) => console.log(JSON.stringify({ fault: `${who}: ${what}` }))

for (const p of await lint({ ref: path, config: await createConfig({ extends: ['recommended-strict'] }) })) {
  fault('redocly lint', `${p.ruleId}: ${p.message} at ${p.location[0]?.pointer}`)
}

try {
  await SwaggerParser.validate(path)
} catch (e) {
  fault('swagger-parser', e.message)
}

// The types, and a client's code over them, in a folder of their own.
const folder = mkdtempSync(join(tmpdir(), 'published-'))
try {
  const document = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(join(folder, 'openapi.d.ts'), astToString(await openapiTS(document, { silent: true })))
  copyFileSync(join(contract, 'ts', 'wire.ts'), join(folder, 'wire.ts'))
  copyFileSync('use.ts', join(folder, 'use.ts'))
  const program = ts.createProgram([join(folder, 'use.ts'), join(folder, 'wire.ts')], {
    strict: true, noEmit: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: false, types: [],
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
  })
  for (const d of ts.getPreEmitDiagnostics(program)) {
    const at = d.file ? `${d.file.fileName.slice(folder.length + 1)}:${d.file.getLineAndCharacterOfPosition(d.start).line + 1}` : ''
    fault('tsc --strict', `${at} ${ts.flattenDiagnosticMessageText(d.messageText, ' ')}`)
  }
  console.log(JSON.stringify({ operations: Object.values(document.paths).flatMap(Object.keys).length, schemas: Object.keys(document.components.schemas).length }))
} finally {
  rmSync(folder, { recursive: true })
}
