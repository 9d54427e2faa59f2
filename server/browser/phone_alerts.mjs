// Being alerted: how it is chosen, and what an alert says. The push service of a browser is out
// there: what it would give is put in its place, and what it would bring is delivered to the
// worker. Run by go test ./server -run BrowserPhoneAlerts.
import { ask, browser, close, found, same, step, told } from './speak.mjs'
import { device, enter, faults, heading, press, says, tab } from './phone_walk.mjs'

const looked = async (name, on, said) => found('looked at: ' + name, [...await faults(on, name), ...said.splice(0)])

const own = await device()
await own.context.grantPermissions(['notifications'], { origin: told.at })
await own.context.addInitScript(() => {
  const keys = { p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4', auth: 'BTBZMqHH6r4Tts7J_aSIgg' }
  let kept = null
  PushManager.prototype.getSubscription = async () => kept
  PushManager.prototype.subscribe = async () => (kept ??= { endpoint: 'https://fcm.googleapis.com/fcm/send/holdfast', toJSON: () => ({ endpoint: 'https://fcm.googleapis.com/fcm/send/holdfast', keys }), unsubscribe: async () => { kept = null; return true } })
})
const colleague = await own.open()

/**
 * What a push service would bring is brought to this device's worker, and what it shows is written
 * down. Asking the browser for what it shows takes away what it is about to show.
 */
async function toWorker() {
  const cdp = await own.context.newCDPSession(colleague), registered = new Promise((done) => cdp.on('ServiceWorker.workerRegistrationUpdated', (e) => e.registrations[0] && done(e.registrations[0].registrationId)))
  await cdp.send('ServiceWorker.enable')
  const registrationId = await registered, [worker] = own.context.serviceWorkers()
  await worker.evaluate(() => {
    self.shown = []
    self.show ??= registration.showNotification.bind(registration)
    registration.showNotification = async (title, o) => (await self.show(title, o), void self.shown.push([title, o.body, o.tag].join(' | ')))
  })
  return { deliver: (data) => cdp.send('ServiceWorker.deliverPushMessage', { origin: told.at, registrationId, data: JSON.stringify(data) }), shown: () => worker.evaluate(() => self.shown) }
}

await step('somebody chooses how they are alerted, and in which hours not', async () => {
  await enter(colleague, 'colleague')
  await tab('More', colleague)
  await colleague.getByRole('link', { name: 'Account' }).click()
  await colleague.getByRole('link', { name: 'Alerts' }).click()
  await says('You are not alerted on this device.', colleague)
  await colleague.getByLabel('Yes, let them wait').check()
  await colleague.getByLabel('From', { exact: true }).fill('25')
  await press('Alert me on this device', colleague)
  await colleague.getByRole('link', { name: 'Enter a time of day, such as 21:00' }).waitFor()
  await colleague.getByLabel('From', { exact: true }).fill('20.30')
  await press('Alert me on this device', colleague)
  await says('You are alerted on this device.', colleague)
  const { all } = await ask('subscriptions')
  same(JSON.stringify(all.map((s) => [s.asked, s.from, s.until])), JSON.stringify([[true, '20:30', '07:00']]), 'what the server keeps')
  await colleague.getByLabel('Each as it comes').check()
  await says('Everything sent', colleague)
  await looked('alerts', colleague, own.said)
})

await step('an alert says neither what nor whose, whatever was sent, and in their language', async () => {
  const { deliver, shown } = await toWorker()
  let n = 0
  const until = async (want) => {
    n++
    for (let i = 0; i < 300 && (await shown()).length < n; i++) await colleague.waitForTimeout(100)
    same((await shown())[n - 1], want, 'what is shown')
  }
  await deliver({ kind: 'risk', title: 'Immediate risk', body: 'Saskia Dunn raised an immediate risk.', tag: 'one' })
  await until('Holdfast | Something needs you now. Open Holdfast, or ring your office. | one')
  await deliver({ kind: 'risk_again', title: 'Immediate risk', body: 'Nobody.', tag: 'one' })
  await until('Holdfast | Something needs you now. Open Holdfast, or ring your office. | one')
  await colleague.goto(told.at + '/#/account')
  await colleague.getByLabel('Cymraeg').check()
  await heading('Cyfrif', colleague)
  // The page speaks first, and then tells the worker: what comes between is still English.
  await colleague.waitForFunction(async () => (await (await caches.open('holdfast-area')).match('/app/language'))?.headers.get('Content-Language') === 'cy')
  await deliver({ kind: 'asked', title: 'Holdfast', body: 'Something.', tag: 'asked' })
  await until('Holdfast | Mae rhywbeth yn aros am eich ateb. Agorwch Holdfast. | asked')
  await colleague.getByLabel('English').check()
})

await step('no alert is lost while the language is being written', async () => {
  const { deliver, shown } = await toWorker(), tags = Array.from({ length: 30 }, (_, i) => 'many-' + i)
  await colleague.evaluate(() => { globalThis.writing = setInterval(async () => (await caches.open('holdfast-area')).put('/app/language', new Response(null, { headers: { 'Content-Language': 'en' } })), 1) })
  for (const tag of tags) await deliver({ kind: 'asked', tag })
  for (let i = 0; i < 300 && (await shown()).length < tags.length; i++) await colleague.waitForTimeout(100)
  same((await shown()).length, tags.length, 'alerts that were shown')
  await colleague.evaluate(() => clearInterval(globalThis.writing))
})

await step('whoever signs out is alerted no more', async () => {
  await colleague.locator('a.strip').click()
  await colleague.getByText('Sign out of this phone').first().click()
  await press('Sign out of this phone', colleague)
  await colleague.getByRole('heading', { name: 'Sign in' }).waitFor()
  same((await ask('subscriptions')).all.length, 0, 'subscriptions that are left')
})

found('the console', own.said)
await browser.close()
await close()
