"""People who work with the workspace: accounts, signing in, forms with their token."""
import base64
import hashlib
import hmac
import re
import struct
import time
import urllib.parse

from support.readiness import Browser, Failed

PASSWORD = 'lantern meadow quartz'


def welcome_path(text):
    """The path of the link that `user add` prints."""
    found = re.search(r'/welcome/[A-Za-z0-9]+', text)
    if not found:
        raise Failed('no welcome link in: ' + text)
    return found.group()


def add_user(here, email, role='administrator', password=PASSWORD):
    """An account with a password, set through the page of its link. Returns the browser, which is signed in."""
    out, _ = here.run('user', 'add', email, '--role', role)
    browser = Browser(here.url)
    page = browser.get(welcome_path(out))
    page = submit(browser, page, '/welcome', {'new': password, 'repeated': password})
    if page.status != 200 or 'sid' not in ' '.join(browser.cookies):
        raise Failed('no session after the welcome page: %d %s' % (page.status, page.title))
    return browser


def sign_in(here, browser, email, role='administrator', password=PASSWORD):
    """Signs `browser` in as `email`; makes the account if there is none yet."""
    out, _ = here.run('user', 'list', '--format', 'csv')
    if email not in out:
        add_user(here, email, role, password)
    page = browser.get('/sign-in')
    return submit(browser, page, '/sign-in', {'email': email, 'password': password})


def form_of(page, action):
    for form in page.forms:
        if urllib.parse.urlsplit(form['action']).path == action:
            return form
    raise Failed('no form to %s on “%s” (%d)' % (action, page.title, page.status))


def submit(browser, page, action, answers=None, button=None, headers=None):
    """Sends the page's form with this action, with answers {name: value or None to leave out} in place of what stands
    there, pressing the first button, or the one with this value."""
    form, pairs, pressed, answers = form_of(page, action), [], None, dict(answers or {})
    for c in form['controls']:
        name = c['name']
        if c['kind'] == 'button':
            if pressed is None and (button is None or c['value'] == button):
                pressed = (name, c['value'])
        elif c['kind'] in ('radio', 'checkbox'):
            if c['value'] == answers[name] if name in answers else c['checked']:
                pairs.append((name, c['value']))
        elif name in answers:
            if answers[name] is not None:
                pairs.append((name, answers[name]))
        else:
            pairs.append((name, c['value']))
    for name in answers:  # a select is not among the controls that the page's reader knows
        if not any(n == name for n, _ in pairs) and answers[name] is not None and \
                not any(c['name'] == name for c in form['controls']):
            pairs.append((name, answers[name]))
    if pressed and pressed[0]:
        pairs.append(pressed)
    return browser.request('POST', form['action'], urllib.parse.urlencode(pairs), headers)


def token_of(page):
    """The form token of a signed-in page."""
    for form in page.forms:
        for c in form['controls']:
            if c['name'] == 'token':
                return c['value']
    raise Failed('no token on “%s”' % page.title)


def upload(browser, page, action, field, name, content, answers=None, headers=None):
    """Sends a form with a file (bytes), as a browser does."""
    form, boundary, parts = form_of(page, action), 'x' * 30 + 'Ab3', []
    values = {c['name']: c['value'] for c in form['controls'] if c['kind'] in ('hidden', 'text')}
    values.update(answers or {})
    for key, value in values.items():
        if key != field:
            parts.append(b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (
                boundary.encode(), key.encode(), value.encode()))
    parts.append(b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: text/csv\r\n\r\n%s\r\n' % (
        boundary.encode(), field.encode(), name.encode(), content))
    body = b''.join(parts) + b'--%s--\r\n' % boundary.encode()
    sent = dict(headers or {}, **{'Content-Type': 'multipart/form-data; boundary=' + boundary})
    return browser.request('POST', form['action'], body, sent)


def totp(secret, at=None):
    """The code of an authenticator app (RFC 6238) for a secret in base32."""
    key = base64.b32decode(secret.replace(' ', '') + '=' * (-len(secret.replace(' ', '')) % 8))
    digest = hmac.new(key, struct.pack('>Q', int(at or time.time()) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return '%06d' % ((struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7fffffff) % 1000000)
