// The operator signs in to PocketBase's dashboard and finds the page of health there.
// Run by go test ./server -run BrowserHealth; told.look names a folder for screenshots.
import { ask, browser, close, found, told } from './speak.mjs'

const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' })
page.setDefaultTimeout(60_000)
const said = []
page.on('console', (m) => { if (m.type() === 'error') said.push('the console says: ' + m.text()) })
page.on('pageerror', (e) => said.push('a script failed: ' + e))

async function step(name, work) {
  try { found(name, [...await work() ?? [], ...said.splice(0)]) } catch (error) { found(name, [String(error.stack)]) }
}

await step('nobody sees it without signing in', async () => {
  await page.goto(told.at + '/_/#/health')
  await page.locator('input[type=password]').waitFor()
  return await page.getByText('What phones hear of').count() ? ['it is shown'] : []
})
await step('the operator finds it in the header', async () => {
  await page.fill('input[type=email]', told.operator)
  await page.fill('input[type=password]', told.operatorPassword)
  await page.keyboard.press('Enter')
  const code = page.locator('input[name=password]:not([id=login_pass])')
  await code.waitFor()
  said.length = 0 // the browser tells of the 401 that asks for the code
  await code.fill((await ask('code')).id)
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Health' }).click()
  await page.getByRole('heading', { name: 'Health' }).waitFor()
})
await step('it says what there is', async () => {
  const text = await page.locator('.page-content').innerText()
  return told.says.filter((s) => !text.includes(s)).map((s) => `it does not say "${s}": ${text}`)
})
await step('the glass is broken with a reason and somebody told, and mended', async () => {
  await page.getByLabel('Why case content must be seen').fill('A court has asked for the file by noon.')
  await page.getByLabel('Whom to tell').fill(told.told)
  await page.getByRole('button', { name: 'Open case content for an hour' }).click()
  await page.getByText('It is open to you until').waitFor()
  await page.getByRole('button', { name: 'End it now' }).click()
  await page.getByText('It is closed to you').waitFor()
})
await step('it leads to the coordinators’ pages', async () => {
  const [opened] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('link', { name: 'What needs me today' }).click()])
  await opened.waitForLoadState()
  return opened.url().includes('/coordinate/sign-in') ? [] : ['it led to ' + opened.url()]
})
await step('it fits a phone', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  if (told.look) await page.screenshot({ path: told.look + '/operator-health-390.png', fullPage: true })
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  return over > 0 ? [`it is ${over} pixels too wide`] : []
})
await close()
