// Uploads one file with tus-js-client as it comes from npm: cut off in the middle of a
// chunk, taken up again from what the client stored, one chunk spoiled on the way.
//
//   node client.mjs SERVER TOKEN EVIDENCE FILE
//
// It prints what happened as one line of JSON.
import { createHash } from 'node:crypto'
import { readFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tus from 'tus-js-client'

const [server, token, evidence, path] = process.argv.slice(2)
const file = readFileSync(path)
const folder = mkdtempSync(join(tmpdir(), 'tusjs-'))
const chunkSize = 64 * 1024
const seen = { created: 0, offsets: [], statuses: [], resumed: -1, receipt: '' }

// A chunk's checksum is computed over the very bytes that are sent; one is spoiled.
let spoil = false
function checksum(req) {
  if (req.getMethod() !== 'PATCH') return
  const at = Number(req.getHeader('Upload-Offset'))
  const chunk = Buffer.from(file.subarray(at, at + chunkSize))
  seen.offsets.push(at)
  if (spoil && at > 0) {
    chunk[0] ^= 1
    spoil = false
  }
  req.setHeader('Upload-Checksum', 'sha256 ' + createHash('sha256').update(chunk).digest('base64'))
}

function options(more) {
  return {
    endpoint: server + '/api/uploads',
    headers: { Authorization: 'Bearer ' + token },
    metadata: { evidence, filename: 'a name that nobody reads.txt' },
    chunkSize,
    urlStorage: new tus.FileUrlStorage(join(folder, 'urls.json')),
    fingerprint: async () => 'evidence-' + evidence,
    retryDelays: [10, 50, 100, 200],
    onShouldRetry: () => true,
    onBeforeRequest: checksum,
    onAfterResponse: (req, res) => {
      seen.statuses.push(req.getMethod() + ' ' + res.getStatus())
      if (req.getMethod() === 'POST' && res.getStatus() === 201) seen.created++
      seen.receipt = res.getHeader('Holdfast-Receipt') ?? seen.receipt
    },
    ...more,
  }
}

// The signal goes when a third has been taken: the request under way is cut.
await new Promise((resolve, reject) => {
  let cut = false
  const first = new tus.Upload(file, options({
    onError: reject,
    onSuccess: () => reject(new Error('it was never cut')),
    onProgress: (sent) => {
      if (cut || sent < file.length / 3) return
      cut = true
      first.abort().then(resolve, reject)
    },
  }))
  first.start()
})

// Another start of the app: all it knows is what it stored.
await new Promise((resolve, reject) => {
  spoil = true
  const second = new tus.Upload(file, options({ onError: reject, onSuccess: resolve }))
  second.findPreviousUploads().then((previous) => {
    if (previous.length !== 1) return reject(new Error(previous.length + ' uploads were stored'))
    second.resumeFromPreviousUpload(previous[0])
    const before = seen.offsets.length
    const ask = second.options.onBeforeRequest
    second.options.onBeforeRequest = (req) => {
      ask(req)
      if (seen.resumed < 0 && seen.offsets.length > before) seen.resumed = seen.offsets[before]
    }
    second.start()
  }, reject)
})

rmSync(folder, { recursive: true })
console.log(JSON.stringify(seen))
