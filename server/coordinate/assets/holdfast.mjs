// What is pleasanter with a script; every page is whole without it.

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}

// The errors are read out first. GOV.UK's own script does this too, when built.
const errors = document.querySelector('.govuk-error-summary')
if (errors) {
  errors.tabIndex = -1
  errors.focus()
  for (const link of errors.querySelectorAll('a[href^="#"]')) {
    link.addEventListener('click', (event) => {
      const field = document.getElementById(link.hash.slice(1))
      if (!field) return
      event.preventDefault()
      const folded = field.closest('details')
      if (folded) folded.open = true
      field.focus()
    })
  }
}

// Two minutes before the session ends the page says so, and what was typed can be
// kept by staying; when it has ended, the page leaves the screen.
const ending = document.getElementById('ending')
if (ending) {
  const whole = Number(ending.dataset.idle) * 1000
  const warning = 2 * 60 * 1000
  let since = Date.now()

  const stay = document.createElement('button')
  stay.type = 'button'
  stay.className = 'govuk-button govuk-button--secondary'
  stay.textContent = 'Stay signed in'
  const words = document.createElement('p')
  words.className = 'govuk-body'
  words.textContent = 'You will be signed out in less than 2 minutes, because nothing has happened for a while.'

  const leave = () => {
    location.replace(`${ending.dataset.out}&next=${encodeURIComponent(location.pathname + location.search)}`)
  }
  stay.addEventListener('click', () => {
    const asked = new Image() // the policy lets a script load an image and nothing else
    asked.onload = () => {
      since = Date.now()
      ending.hidden = true
    }
    asked.onerror = leave
    asked.src = `${ending.dataset.awake}?${Date.now()}`
  })

  setInterval(() => {
    const left = whole - (Date.now() - since)
    if (left <= 0) leave()
    else if (left <= warning && ending.hidden) {
      ending.replaceChildren(words, stay)
      ending.hidden = false
    }
  }, 5000)
}
