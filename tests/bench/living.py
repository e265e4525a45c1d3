"""What the program needs while it lives: memory, the time to its first page, bytes on the wire, its own size."""
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import time

import answering
from machine import DATA, ENVIRONMENT, PROGRAM, ROOT, Row, load, product, run, under
from support.readiness import Browser, free_port
from support.scene import scene


def idle_connections(address, path, n):
    """So many browsers that have read a page and keep the line open."""
    host, port = address.rsplit(':', 1)
    held = []
    for _ in range(n):
        s = socket.create_connection((host, int(port)), timeout=30)
        s.sendall(('GET %s HTTP/1.1\r\nHost: %s\r\n\r\n' % (path, address)).encode())
        held.append(s)
    for s in held:
        while b'</html>' not in s.recv(65536):
            pass
    return held


def memory(options):
    """Resident memory of the server."""
    rest = Row('memory at rest, after the first page', 'MB', 'under 16 MB', under(16), '%.1f')
    idle = Row('memory with 1,000 idle connections', 'MB', form='%.1f')
    busy = Row('memory with these and 256 submitting', 'MB', 'under 64 MB', under(64), '%.1f')
    n = 2000 if options.small else 10000
    for _ in range(options.rounds):
        folder = answering.fresh(32000)
        path = '/s/' + answering.tokens_of(folder)[0]
        with product(folder) as server:
            idle_connections(server.address, path, 1)[0].close()
            rest.add(server.memory())
            held = idle_connections(server.address, path, 1000)
            idle.add(server.memory())
            load('submit', server, 256, n, answering.submissions(folder, skip=1, n=n), answering.THANKS)
            busy.add(server.memory('VmHWM'))
            for s in held:
                s.close()
    return [rest, idle, busy]


def first_page(folder, path, instruments):
    """Milliseconds from the program's start until a page has come."""
    port = free_port()
    environment = dict(ENVIRONMENT, READINESS_SERVER_LISTEN='127.0.0.1:%d' % port, READINESS_INSTRUMENTS_FOLDER=instruments)
    begun = time.monotonic()
    server = subprocess.Popen([PROGRAM, 'serve'], cwd=folder, env=environment, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        while time.monotonic() < begun + 20:
            try:
                visit = http.client.HTTPConnection('127.0.0.1', port, timeout=20)
                visit.request('GET', path)
                if visit.getresponse().status == 200:
                    return (time.monotonic() - begun) * 1000
            except ConnectionError:
                time.sleep(0.0005)
    finally:
        server.terminate()
        server.wait(timeout=60)
    sys.exit('no page came')


def start(options):
    """With 100 instruments in the folder."""
    row = Row('first page after the start, 100 instruments in the folder', 'ms', 'within 100 ms', under(100), '%.1f')
    folder = answering.fresh(2000)
    many = os.path.join(folder, 'surveys')
    os.makedirs(many)
    for i in range(100):
        shutil.copyfile(os.path.join(ROOT, 'surveys/implementation-readiness.ini'), os.path.join(many, 'survey-%03d.ini' % i))
    path = '/s/' + answering.tokens_of(folder)[0]
    first_page(folder, path, many)
    for _ in range(options.rounds):
        row.add(first_page(folder, path, many))
    return [row]


def whole(url, path):
    """Every byte that the server sends for a GET."""
    host, port = url.split('//')[1].rsplit(':', 1)
    with socket.create_connection((host, int(port)), timeout=20) as s:
        s.sendall(('GET %s HTTP/1.1\r\nHost: %s\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n'
                   % (path, host)).encode())
        return b''.join(iter(lambda: s.recv(65536), b''))


def weigh_pages(here, language):
    """{page: bytes} of an interview with the flagship, heads included."""
    path = '/s/%s?lang=%s' % (here.links('tale', 'personal')[0]['token'], language)
    page = whole(here.url, path)
    sheet = re.search(rb'href="?(/assets/respondent[^" >]+)', page).group(1).decode()
    weights = {'start page': len(page), 'style sheet, once': len(whole(here.url, sheet))}
    browser = Browser(here.url)
    page = browser.send(browser.get(path))
    number = 0
    while page.form(field='.p'):
        number += 1
        head = sum(len(k) + len(v) + 4 for k, v in page.headers.items()) + 17
        weights['page %d' % number] = head + len(page.text.encode())
        if any(c['value'] == 'submit' for c in page.form()['controls']):
            break
        page = browser.send(page, {c['name']: 3 for c in page.form()['controls'] if c['kind'] == 'radio'})
    return weights


def wire(options):
    """The flagship, as the server sends it: nothing is compressed, a proxy in front may."""
    rows = []
    with scene(staff=6, instrument=os.path.join(ROOT, 'surveys/implementation-readiness.ini')) as here:
        for language in ('en', 'fr'):
            weights = weigh_pages(here, language)
            first = Row('first page with its style sheet, %s' % language, 'bytes', 'under 14 KB', under(14 * 1024), '%.0f')
            first.add(weights['start page'] + weights['style sheet, once'])
            largest = Row('largest later page, %s' % language, 'bytes', 'under 10 KB', under(10 * 1024), '%.0f')
            largest.add(max(n for page, n in weights.items() if page.startswith('page')))
            rows += [first, largest]
            for page, n in weights.items():
                rows.append(Row('%s, %s' % (page, language), 'bytes', form='%.0f'))
                rows[-1].add(n)
    return rows


def size(options):
    """The program as it is installed."""
    row = Row('the program, stripped', 'MB')
    stripped = os.path.join(DATA, 'stripped')
    shutil.copyfile(PROGRAM, stripped)
    run('strip', stripped)
    row.add(os.path.getsize(stripped) / 1e6)
    return [row]
