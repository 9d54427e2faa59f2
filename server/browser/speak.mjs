// How a script here talks with the Go test that started it: one line of JSON each way.
// It is told what it needs in the first line; it says each step as it is done; it asks
// for what only the test can do, a phone's push or the mail's round.
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

async function hear() {
  const { value, done } = await lines.next()
  if (done) process.exit(2) // the test is gone
  return JSON.parse(value)
}

function say(what) {
  process.stdout.write(JSON.stringify(what) + '\n')
}

// told is what the test said first: the server's address, the accounts and so on.
export const told = await hear()

// ask has the test do something, and gives its answer.
export async function ask(what) {
  say({ ask: what })
  const answer = await hear()
  if (answer.problem) throw new Error(answer.problem)
  return answer
}

// step does one thing and says whether it went well. What follows needs it, so a step
// that fails ends the script.
export async function step(name, work) {
  try {
    await work()
  } catch (error) {
    say({ step: name, problem: String(error.stack ?? error) })
    await close()
  }
  say({ step: name })
}

// found says what was looked at, and what is wrong with it: nothing, or a list.
export function found(name, problems, more) {
  say({ step: name, problem: problems.join('\n'), ...more })
}

// same fails a step whose page is not what it should be.
export function same(got, want, what) {
  if (got !== want) throw new Error(`${what}: ${JSON.stringify(got)}, not ${JSON.stringify(want)}`)
}

// Nothing that the browser does by itself, and no helper processes that a test's
// machine may lack.
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']

export const browser = await chromium.launch({ executablePath: told.chromium, args: flags })
process.on('exit', () => browser.close())

// close ends the script; the test's end of the line is still open.
export async function close() {
  await browser.close()
  process.exit(0)
}

// signIn signs somebody in by the page, as they would.
export async function signIn(page, account) {
  await page.goto(told.at + '/coordinate/sign-in')
  await page.getByLabel('Email address').fill(account + '@fellmoor.example')
  await page.getByLabel('Password').fill(told.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(told.at + '/coordinate')
}
