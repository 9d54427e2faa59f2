// Walking a page with the Tab key alone: everything that can be used is reached, each
// shows that it is, nothing holds the keyboard, and the first stop skips the menu.

// stops marks what Tab should reach, in the page, and remembers how each looks at rest.
function stops() {
  const groups = new Set()
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter((e) => {
    if (e.disabled || e.tabIndex < 0 || e.type === 'hidden' || !e.checkVisibility({ visibilityProperty: true })) return false
    if (e.type !== 'radio') return true
    if (groups.has(e.name)) return false // the keyboard enters a group once
    groups.add(e.name)
    return true
  })
  window.holdfastStops = all
  window.holdfastRest = new Map(all.map((e) => [e, window.holdfastLook(e)]))
  return all.length
}

// look is what an eye can tell of an element: lines around it, and its colours.
function look() {
  window.holdfastLook = (e) => {
    const clear = (colour) => /, 0\)$|transparent/.test(colour)
    const of = (el, part) => {
      const s = getComputedStyle(el, part)
      const outline = s.outlineStyle === 'none' || parseFloat(s.outlineWidth) === 0 || clear(s.outlineColor) ? '' : s.outline
      return [outline, s.boxShadow, s.backgroundColor, s.borderColor, s.borderWidth].join('/')
    }
    const label = e.type === 'radio' || e.type === 'checkbox' ? e.labels?.[0] : null
    return of(e) + (label ? of(label, '::before') : '')
  }
}

// here tells where the keyboard stands and what is wrong with it there.
function here() {
  const e = document.activeElement
  if (!e || e === document.body || e === document.documentElement) return { at: -1 }
  const name = e.outerHTML.slice(0, 100)
  const at = window.holdfastStops.indexOf(e.type === 'radio' ? window.holdfastStops.find((s) => s.name === e.name && s.type === 'radio') : e)
  if (at < 0) return { at, problem: null }
  const box = (e.labels?.[0] && e.type === 'radio' ? e.labels[0] : e).getBoundingClientRect()
  if (window.holdfastLook(e) === window.holdfastRest.get(window.holdfastStops[at])) return { at, problem: 'focus cannot be seen on ' + name }
  if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) return { at, problem: 'focus is off the screen on ' + name }
  return { at }
}

export async function walkByKeyboard(page) {
  await page.evaluate(look)
  const problems = []
  const skip = page.locator('.govuk-skip-link')
  if (await skip.count()) {
    await skip.focus()
    if (!await skip.evaluate((e) => e.getBoundingClientRect().width > 50)) problems.push('the skip link does not show itself')
    await page.keyboard.press('Enter')
    const at = await page.evaluate(() => document.activeElement?.id)
    if (at !== 'main-content') problems.push('the skip link leads to ' + JSON.stringify(at))
  }
  await page.evaluate(() => { document.activeElement?.blur?.(); scrollTo(0, 0) })
  const count = await page.evaluate(stops)
  if (await skip.count() && !await skip.evaluate((e) => window.holdfastStops[0] === e)) problems.push('the skip link is not the first stop')
  const reached = new Set()
  // Two rounds and the few stops that a field of a date has of its own: where Tab leaves
  // the page for the browser and comes back, the next press may pass the first stop by.
  for (let press = 0; press < count * 2 + 40 && reached.size < count; press++) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate(here)
    if (stop.problem) problems.push(stop.problem)
    if (stop.at >= 0) reached.add(stop.at)
  }
  if (reached.size < count) {
    const missed = await page.evaluate((reached) => window.holdfastStops.filter((_, i) => !reached.includes(i)).map((e) => e.outerHTML.slice(0, 100)), [...reached])
    problems.push(`Tab reaches ${reached.size} of ${count}; not ${missed.slice(0, 3).join(' | ')}`)
  }
  return [...new Set(problems)]
}
