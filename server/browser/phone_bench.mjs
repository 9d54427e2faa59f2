// How long a person waits for the app with 20,000 rows on the phone and its processor throttled
// four times. Run by HOLDFAST_BENCH=1 go test ./server -run BenchPhone -v.
import { browser, close, found, step, told } from './speak.mjs'
import { PIN, device, enter } from './phone_walk.mjs'

const phone = await device(), measured = []
let page = await phone.open()
page.setDefaultTimeout(300_000)
const took = (what, ms, most) => { measured.push(ms > most ? `${what}: ${Math.round(ms)} ms, and ${most} are the most` : ''); console.error(`${what}: ${Math.round(ms)} ms (at most ${most})`) }
const timed = async (deed, until) => {
  const since = performance.now()
  await deed()
  await until()
  return performance.now() - since
}
const heading = (name) => page.getByRole('heading', { name, level: 1 }).waitFor()

const throttled = async () => (await phone.context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: 4 })

await step('20,000 rows come', async () => {
  const since = performance.now()
  await enter(page, 'practitioner')
  await page.locator('a.strip').getByText('Last synced').waitFor()
  console.error(`first sync, not throttled: ${Math.round(performance.now() - since)} ms`)
})

await step('cold, without signal', async () => {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await phone.context.setOffline(true)
  const [shown, open] = [[], []]
  for (let i = 0; i < 3; i++) {
    await page.close()
    page = await phone.context.newPage()
    page.setDefaultTimeout(300_000)
    await throttled()
    await page.goto('about:blank')
    shown.push(await timed(() => page.goto(told.at + '/', { waitUntil: 'commit' }), () => page.getByLabel('PIN', { exact: true }).waitFor()))
    await page.getByLabel('PIN', { exact: true }).fill(PIN)
    open.push(await timed(() => page.getByRole('button', { name: 'Unlock' }).click(), () => heading('Today')))
  }
  took('to the PIN', Math.min(...shown), 1_500)
  took('from the PIN to Today', Math.min(...open), 1_500)
})

await step('what a hand does', async () => {
  await page.evaluate(() => {
    globalThis.slowest = []
    new PerformanceObserver((all) => { for (const e of all.getEntries()) if (e.interactionId) globalThis.slowest.push([e.name, e.duration]) }).observe({ type: 'event', durationThreshold: 16, buffered: false })
  })
  const tab = (name) => page.locator('.foot').getByRole('link', { name }).click()
  await tab('Families')
  await page.getByLabel('Find a family').pressSequentially('family 17', { delay: 120 })
  await page.getByRole('link', { name: 'Family 17' }).first().click()
  await heading(/^Family 17/)
  await page.waitForTimeout(500)
  took('Record opens', Math.min(...[await (async () => {
    const ms = await timed(() => page.getByRole('link', { name: 'Record something' }).click(), () => page.getByRole('button', { name: 'A note: what you saw or heard' }).waitFor())
    await page.getByRole('button', { name: 'A note: what you saw or heard' }).click()
    return ms
  })()]), 1_000)
  await page.getByLabel('What did you see or hear?').pressSequentially('Curtains closed', { delay: 120 })
  await page.goBack()
  await tab('Today')
  await heading('Today')
  await page.waitForTimeout(1_000)
  const all = await page.evaluate(() => globalThis.slowest), by = {}
  for (const [name, ms] of all) by[name] = Math.max(by[name] ?? 0, ms)
  console.error('slowest by kind:', JSON.stringify(by))
  took('interaction to next paint', Math.max(0, ...all.map(([, ms]) => ms)), 100)
})

found('measured', measured.filter(Boolean))
await browser.close()
await close()
