// A manager who needs a second factor sets one up, signs in with it, and makes a passkey
// with the browser's own authenticator, which is virtual here (WebDriver's WebAuthn).
// Run by go test ./server -run BrowserFactor; told.look names a folder for screenshots.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { ask, browser, close, same, step, told } from './speak.mjs'

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce' })
await context.addInitScript(axe) // not bound by the page's own policy, which stays in force
const page = await context.newPage()
page.setDefaultTimeout(30_000)
const said = []
page.on('console', (m) => { if (m.type() === 'error' && !/status of 4\d\d/.test(m.text())) said.push('the console says: ' + m.text()) })
page.on('pageerror', (e) => said.push('a script failed: ' + e))

const url = (path) => told.at + path
const button = (name) => page.getByRole('button', { name, exact: true })

// look reads the page by axe, sees that a narrow window fits it, and takes its picture.
async function look(name) {
  const seen = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }))
  if (seen.violations.length) throw new Error(seen.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes[0].html.slice(0, 160)}`).join('\n'))
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (over > 0) throw new Error(`at ${width} the page is ${over} pixels too wide`)
    if (told.look) await page.screenshot({ path: `${told.look}/factor-${name}-${width}.png`, fullPage: true })
  }
  if (said.length) throw new Error(said.splice(0).join('\n'))
}

async function password() {
  await page.goto(url('/coordinate/sign-in'))
  await page.getByLabel('Email address').fill(told.account)
  await page.getByLabel('Password').fill(told.password)
  await button('Sign in').click()
}

let secret = ''
const code = async (ahead) => (await ask(`code ${ahead} ${secret}`)).code

await step('the password and a mailed code lead to setting one up', async () => {
  await password()
  await page.getByLabel('Code').fill((await ask('mailed')).code)
  await look('mailed')
  await button('Continue').click()
  await page.waitForURL(url('/coordinate/account/factors'))
  await page.getByRole('heading', { name: 'Set up a second factor first' }).waitFor()
  await look('first')
  await page.goto(url('/coordinate/approvals'))
  same(page.url(), url('/coordinate/account/factors'), 'another page')
})
await step('an authenticator app is added when its code is right', async () => {
  await page.getByRole('button', { name: 'Add an authenticator app' }).click()
  await page.getByLabel('Your password').fill(told.password)
  await look('prove')
  await button('Continue').click()
  await page.getByRole('heading', { name: 'Set up your authenticator app' }).waitFor()
  same(await page.locator('.hf-qr').evaluate((i) => i.complete && i.naturalWidth), 240, 'the picture')
  await look('app')
  secret = (await page.locator('.hf-secret').innerText()).replaceAll(' ', '')
  await page.getByLabel('Code').fill('000000')
  await button('Add it').click()
  await page.getByRole('link', { name: /This code is not right/ }).waitFor()
  await page.getByLabel('Code').fill(await code(0))
  await page.getByLabel('What you call it').fill('My work phone')
  await button('Add it').click()
  await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor()
  same(await page.locator('.hf-secret li').count(), 10, 'recovery codes')
  await look('recovery')
  await page.getByRole('link', { name: 'I have kept them: go on' }).click()
  await page.getByRole('heading', { level: 1 }).waitFor()
  same(page.url(), url('/coordinate'), 'after it')
})
await step('a passkey is made with the browser', async () => {
  const devtools = await context.newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true,
    hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } })
  await page.goto(url('/coordinate/account/factors'))
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByLabel('Your password').fill(told.password)
  await page.getByLabel(/Code from your authenticator app/).fill(await code(30))
  await button('Continue').click()
  await page.getByLabel('What you call it').fill('This computer')
  await button('Make the passkey').waitFor()
  await look('passkey')
  await button('Make the passkey').click()
  await page.getByText('It is added.').waitFor()
  await look('two')
})
await step('signing in takes the passkey', async () => {
  await page.getByRole('button', { name: 'Sign out' }).click()
  await password()
  await page.getByRole('heading', { name: 'Show your second factor' }).waitFor()
  await button('Use a passkey').waitFor()
  await look('sign-in')
  await button('Use a passkey').click()
  await page.waitForURL(url('/coordinate'))
  await page.goto(url('/coordinate/account'))
  await page.getByText('(this one)').waitFor()
  await look('account')
})
await step('the passkey proves its owner when they remove the app', async () => {
  await page.goto(url('/coordinate/account/factors'))
  await page.getByRole('link', { name: 'Remove My work phone' }).click()
  await page.getByLabel('Your password').fill(told.password)
  await button('Use a passkey').waitFor()
  await look('remove')
  await button('Use a passkey').click()
  await page.getByText('It is removed.').waitFor()
  same(await page.getByText('My work phone').count(), 0, 'the app')
})
await close()
