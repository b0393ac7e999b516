/** A browser without pages: keeps cookies by origin, follows where it is sent. */
export interface Jar {
  get(url: string, headers?: Record<string, string>): Promise<Response>
  post(url: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Response>
}

export function openJar(): Jar {
  const kept = new Map<string, Map<string, string>>()
  const send = async (url: string, init: RequestInit = {}): Promise<Response> => {
    // Cookies are of a host, whatever its port: that two gateways are on one makes them one site.
    const { hostname } = new URL(url)
    const cookies = kept.get(hostname) ?? new Map<string, string>()
    kept.set(hostname, cookies)
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  const get = async (url: string, headers: Record<string, string> = {}): Promise<Response> => {
    const response = await send(url, { headers })
    const to = response.headers.get('location')
    return to === null ? response : get(new URL(to, url).href, headers)
  }
  return {
    get,
    post: (url, form, headers = {}) =>
      send(url, { method: 'POST', body: new URLSearchParams(form), headers }),
  }
}

/** Signs in as one of the demo's people. */
export async function signedIn(baseUrl: string, subject: string): Promise<Jar> {
  const jar = openJar()
  const choice = await jar.get(`${baseUrl}/console/sign-in`)
  const home = await jar.get(`${choice.url}?as=${subject}`)
  if (home.status !== 200 || !home.url.startsWith(`${baseUrl}/console`))
    throw new Error(`No sign-in: ${home.status} at ${home.url}`)
  return jar
}

/** What the forms of a page carry. */
export async function formKeyOn(jar: Jar, url: string): Promise<string> {
  const [, key = ''] = /name="formKey" value="([^"]+)"/.exec(await (await jar.get(url)).text()) ?? []
  return key
}
