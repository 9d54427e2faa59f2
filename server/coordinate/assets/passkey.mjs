// Asks the browser for a passkey (WebAuthn), and sends its answer with the form. Without
// it, or without passkeys, the page's other ways stay.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
const keys = (list) => (list ?? []).map((k) => ({ ...k, id: bytes(k.id) }))

async function made(o) {
  const key = await navigator.credentials.create({ publicKey: {
    ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: keys(o.excludeCredentials),
  } })
  return { ...named(key), response: {
    clientDataJSON: text(key.response.clientDataJSON), attestationObject: text(key.response.attestationObject),
    transports: key.response.getTransports?.() ?? [],
  } }
}

async function shown(o) {
  const key = await navigator.credentials.get({ publicKey: { ...o, challenge: bytes(o.challenge), allowCredentials: keys(o.allowCredentials) } })
  const r = key.response
  return { ...named(key), response: {
    clientDataJSON: text(r.clientDataJSON), authenticatorData: text(r.authenticatorData), signature: text(r.signature),
    ...(r.userHandle ? { userHandle: text(r.userHandle) } : {}),
  } }
}

const named = (key) => ({ id: key.id, rawId: text(key.rawId), type: key.type, clientExtensionResults: {},
  ...(key.authenticatorAttachment ? { authenticatorAttachment: key.authenticatorAttachment } : {}) })

for (const part of document.querySelectorAll('[data-passkey]')) {
  const form = part.closest('form')
  const button = part.querySelector('button')
  const said = part.querySelector('[role="status"]')
  if (!window.PublicKeyCredential) {
    said.textContent = 'This browser has no passkeys. Use another way, or another browser.'
    continue
  }
  said.textContent = ''
  button.hidden = false
  button.addEventListener('click', async () => {
    button.disabled = true
    said.textContent = ''
    try {
      const options = JSON.parse(part.dataset.options)
      const answer = await (part.dataset.passkey === 'make' ? made(options) : shown(options))
      form.elements.response.value = JSON.stringify(answer)
      form.submit()
    } catch (problem) {
      button.disabled = false
      said.textContent = problem.name === 'InvalidStateError'
        ? 'This passkey is on your account already.'
        : 'No passkey was used: it was cancelled, or none of yours is here. You can try again.'
    }
  })
}
