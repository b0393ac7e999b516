// Pages work without this. With it, what changes elsewhere is shown without being asked for, and keys go faster.

document.documentElement.classList.add('script-on')
const streamPath = document.body.dataset.live
if (streamPath && 'EventSource' in window) follow(streamPath)
document.addEventListener('keydown', shortcuts)
document.addEventListener('submit', once)
for (const button of document.querySelectorAll('[data-print]'))
  button.addEventListener('click', () => print())

/**
 * Shows the page's live parts anew when the server tells of a change, or when the page is looked at again. A page that
 * nobody looks at holds no line: a browser has six to one server.
 */
function follow(path) {
  let source
  const listen = () => {
    source?.close()
    source = undefined
    if (document.hidden) return
    source = new EventSource(path)
    source.addEventListener('change', refresh)
    // What happened while the line was lost is not told again.
    source.addEventListener('error', () => source?.addEventListener('open', refresh, { once: true }), {
      once: true,
    })
  }
  listen()
  document.addEventListener('visibilitychange', () => {
    listen()
    if (!document.hidden) refresh()
  })
  addEventListener('online', refresh)
  addEventListener('pagehide', () => source?.close())
}

let refreshing = false

async function refresh() {
  if (refreshing) return
  refreshing = true
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } })
    if (!response.ok) return
    replace(new DOMParser().parseFromString(await response.text(), 'text/html'))
  } finally {
    refreshing = false
  }
}

/** What somebody stands on, or has begun to fill in, stays as it is. */
function replace(fresh) {
  for (const part of document.querySelectorAll('[data-part]')) {
    const other = fresh.querySelector(`[data-part="${part.dataset.part}"]`)
    if (
      !other ||
      other.innerHTML === part.innerHTML ||
      part.contains(document.activeElement) ||
      isBegun(part)
    )
      continue
    part.replaceWith(document.importNode(other, true))
  }
}

/** Whether something was written or chosen there and not yet sent. */
function isBegun(part) {
  return [...part.querySelectorAll('input, textarea')].some((field) =>
    field.type === 'radio' || field.type === 'checkbox'
      ? field.checked !== field.defaultChecked
      : field.type !== 'hidden' && field.value !== field.defaultValue,
  )
}

/** j and k go through the rows of a list, n begins a new request. Not while one types. */
function shortcuts(event) {
  const { target, key } = event
  if (event.ctrlKey || event.altKey || event.metaKey) return
  if (target instanceof HTMLElement && target.closest('input, select, textarea')) return
  if (key === 'n') return go(document.querySelector('a.new'))
  if (key !== 'j' && key !== 'k') return
  const rows = [...document.querySelectorAll('a[data-row]')]
  const here = rows.indexOf(document.activeElement)
  const next = rows[key === 'j' ? Math.min(here + 1, rows.length - 1) : Math.max(here - 1, 0)]
  if (!next) return
  event.preventDefault()
  next.focus()
}

function go(link) {
  if (link) location.assign(link.href)
}

/** A form is sent once, however often one presses. */
function once(event) {
  const form = event.target
  if (form.dataset.sent) return event.preventDefault()
  form.dataset.sent = 'yes'
  setTimeout(() => {
    delete form.dataset.sent
  }, 8000)
}
