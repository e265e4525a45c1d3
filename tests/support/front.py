"""nginx in front of the program, with the configuration that is shipped, run by whoever runs the test; and something between
the two that writes down what each says to the other."""
import os
import re
import select
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

from support.readiness import ROOT, free_port

CONFIG = os.path.join(ROOT, 'config/proxy/nginx.conf')


class Recorder:
    """Passes connections on to `url` and keeps [(what was asked, what was answered)] of each."""

    def __init__(self, url):
        place = urllib.parse.urlsplit(url)
        self.to, self.spoken, self.threads = (place.hostname, place.port), [], []
        self.listening = socket.create_server(('127.0.0.1', 0))
        self.port, self.ended = self.listening.getsockname()[1], False
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()

    def accept(self):
        while not self.ended:
            if select.select([self.listening], [], [], 0.1)[0]:
                thread = threading.Thread(target=self.carry, args=(self.listening.accept()[0],))
                self.threads.append(thread)
                thread.start()

    def carry(self, front):
        back = socket.create_connection(self.to)
        asked, answered = bytearray(), bytearray()
        self.spoken.append((asked, answered))
        ways = {front: (back, asked), back: (front, answered)}
        while not self.ended:
            for s in select.select([front, back], [], [], 0.1)[0]:
                try:
                    data = s.recv(65536)
                    other, kept = ways[s]
                    kept += data
                    other.sendall(data)
                except OSError:
                    data = b''
                if not data:
                    front.close()
                    back.close()
                    return
        front.close()
        back.close()

    def stop(self):
        self.ended = True
        self.thread.join()
        for thread in self.threads:
            thread.join()
        self.listening.close()


class Nginx:
    """In a folder of its own, on free ports of the loopback; self.url is https, self.plain the port of plain HTTP. With
    several backends as the configuration says."""

    def __init__(self, *backends):
        self.folder = tempfile.mkdtemp(prefix='readiness-nginx-')
        certificate, key = os.path.join(self.folder, 'x.crt'), os.path.join(self.folder, 'x.key')
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj',
                        '/CN=survey.example.org', '-keyout', key, '-out', certificate], check=True, capture_output=True)
        secure, plain = free_port(), free_port()
        with open(CONFIG, encoding='utf-8') as file:
            text = file.read()
        servers = '\n'.join('    server %s;' % backend for backend in backends)
        for old, new in (('    server 127.0.0.1:8080;', servers), ('# ip_hash;', 'ip_hash;' if len(backends) > 1 else ''), ('listen 443', 'listen 127.0.0.1:%d' % secure),
                         ('listen 80;', 'listen 127.0.0.1:%d;' % plain), ('/etc/ssl/survey.example.org.crt', certificate),
                         ('/etc/ssl/private/survey.example.org.key', key)):
            assert old in text, old
            text = text.replace(old, new)
        # what the distribution's main file says around it; it logs, so that the site's silence is its own doing
        main = ('daemon off;\nworker_processes 1;\npid %(f)s/pid;\nerror_log %(f)s/error.log info;\nevents {}\nhttp {\n'
                'access_log %(f)s/access.log;\n' + ''.join(
                    '%s_temp_path %%(f)s/%s;\n' % (kind, kind) for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
                + 'include %(f)s/site.conf;\n}\n') % {'f': self.folder}
        for name, content in (('nginx.conf', main), ('site.conf', text)):
            with open(os.path.join(self.folder, name), 'w', encoding='utf-8') as file:
                file.write(content)
        program = shutil.which('nginx') or '/usr/sbin/nginx'
        self.process = subprocess.Popen([program, '-p', self.folder, '-c', os.path.join(self.folder, 'nginx.conf')],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.url, self.plain = 'https://127.0.0.1:%d' % secure, 'http://127.0.0.1:%d' % plain
        for _ in range(100):
            try:
                socket.create_connection(('127.0.0.1', secure), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.process.kill()
        raise AssertionError('nginx did not start: ' + self.process.stderr.read().decode()[-2000:])

    def logged(self):
        """Everything that nginx wrote into files of its folder but its configuration."""
        found = b''
        for folder, _, names in os.walk(self.folder):
            for name in names:
                if not re.search(r'\.(conf|crt|key)$', name):
                    with open(os.path.join(folder, name), 'rb') as file:
                        found += file.read()
        return found

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.process.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)
