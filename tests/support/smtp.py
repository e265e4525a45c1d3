"""An SMTP server for tests on this machine: records messages, and misbehaves as it is told."""
import base64
import email
import email.policy
import re
import socket
import ssl
import threading
import time


class Message:
    """One message as it was received: the envelope's recipient, the raw bytes, when it was taken, and its parsed form."""

    def __init__(self, to, raw):
        self.to, self.raw, self.time = to, raw, time.time()
        self.parsed = email.message_from_bytes(raw, policy=email.policy.default)

    @property
    def text(self):
        return self.parsed.get_content()

    def __getitem__(self, header):
        return self.parsed[header]

    @property
    def token(self):
        return re.search(r'/s/([0-9A-Z]{26})', self.text).group(1)

    @property
    def stop(self):
        return re.search(r'/stop/([0-9A-Z]{48})', self.text).group(1)


class Server:
    """Listens on a free port of 127.0.0.1 from the beginning; use as a context manager.

    refuse      {address: answer} to RCPT TO, as '550 5.1.1 no such user'
    later       {address: [answers]} to RCPT TO, used up one after the other
    after_data  {address: answer or 'drop'} in place of 250 behind the message
    drop_before addresses at whose RCPT TO the connection is cut
    sender      the answer to MAIL FROM when it is not 250
    greeting    the answer to a new connection when it is not 220
    login       (user, password) that AUTH must bring
    tls         (certificate, key): offers STARTTLS; with implicit=True speaks TLS from the first byte
    delay       seconds before the answer to a message
    on_message  called with each message before it is answered
    """

    def __init__(self, login=None, tls=None, implicit=False):
        self.refuse, self.later, self.after_data, self.drop_before = {}, {}, {}, set()
        self.sender, self.greeting, self.delay, self.on_message = None, None, 0, None
        self.login, self.implicit, self.context = login, implicit, None
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*tls)
        self.messages, self.asked, self.connections, self.encrypted, self.signed_in = [], [], 0, 0, 0
        self.lock = threading.Lock()
        self.listening = socket.create_server(('127.0.0.1', 0), backlog=50)
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """No new connections from now on."""
        try:
            self.listening.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listening.close()

    def settings(self, **more):
        """Settings for an Installation."""
        found = {'mail_server': 'smtp://127.0.0.1:%d' % self.port, 'mail_security': 'none',
                 'mail_from': 'team@support.example', 'mail_from_name': 'Équipe de soutien',
                 'mail_per_minute': 60000, 'mail_timeout_seconds': 10, 'mail_retry_seconds': 1}
        found.update(more)
        return found

    def to(self, address):
        return [m for m in list(self.messages) if m.to == address]

    def wait(self, n, seconds=60):
        """Until so many messages have come."""
        end = time.time() + seconds
        while len(self.messages) < n:
            if time.time() > end:
                raise AssertionError('%d of %d messages after %d s' % (len(self.messages), n, seconds))
            time.sleep(0.01)

    def _accept(self):
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        self.connections += 1
        talk = Conversation(self, connection)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.implicit:
                talk.encrypt()
            talk.run()
        except (OSError, ssl.SSLError, EOFError):
            pass
        finally:
            talk.lines.close()
            talk.connection.close()


class Conversation:
    def __init__(self, server, connection):
        self.server, self.connection, self.lines = server, connection, connection.makefile('rb')
        self.to, self.trusted = None, server.login is None

    def encrypt(self):
        self.lines.close()
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.lines = self.connection.makefile('rb')
        self.server.encrypted += 1

    def say(self, line):
        self.connection.sendall(line.encode() + b'\r\n')

    def hear(self):
        line = self.lines.readline()
        if not line:
            raise EOFError
        return line

    def run(self):
        self.say(self.server.greeting or '220 test.example ready')
        if self.server.greeting:
            return
        while True:
            line = self.hear().decode().strip()
            word = line.split(' ')[0].split(':')[0].upper()
            act = getattr(self, 'do_' + word.lower(), None)
            if not act:
                self.say('502 5.5.2 not known')
            elif act(line):
                return

    def do_ehlo(self, _):
        secure = isinstance(self.connection, ssl.SSLSocket)
        offers = ['test.example', 'SIZE 1000000', '8BITMIME']
        offers += ['STARTTLS'] if self.server.context and not secure else []
        offers += ['AUTH PLAIN LOGIN'] if self.server.login else []
        for i, offer in enumerate(offers):
            self.say('250%s%s' % (' ' if i + 1 == len(offers) else '-', offer))

    def do_starttls(self, _):
        self.say('220 go ahead')
        self.encrypt()

    def do_auth(self, line):
        parts = line.split(' ')
        if parts[1].upper() == 'PLAIN':
            if len(parts) < 3:
                self.say('334 ')
                parts.append(self.hear().decode().strip())
            given = tuple(base64.b64decode(parts[2]).decode().split('\0')[1:])
        else:
            given = []
            for prompt in (b'Username:', b'Password:'):
                self.say('334 ' + base64.b64encode(prompt).decode())
                given.append(base64.b64decode(self.hear()).decode())
            given = tuple(given)
        self.trusted = given == self.server.login
        self.server.signed_in += self.trusted
        self.say('235 2.7.0 welcome' if self.trusted else '535 5.7.8 user or password wrong')

    def do_mail(self, _):
        if not self.trusted:
            self.say('530 5.7.0 sign in first')
        else:
            self.say(self.server.sender or '250 2.1.0 fine')

    def do_rcpt(self, line):
        self.to = re.search(r'<([^>]*)>', line).group(1)
        server = self.server
        with server.lock:
            server.asked.append(self.to)
            answers = server.later.get(self.to)
            answer = answers.pop(0) if answers else server.refuse.get(self.to, '250 2.1.5 fine')
        if self.to in server.drop_before:
            return True
        for part in answer.split('\n'):
            self.say(part)

    def do_data(self, _):
        self.say('354 go on')
        raw = b''
        while True:
            line = self.hear()
            if line == b'.\r\n':
                break
            raw += line[1:] if line.startswith(b'.') else line
        answer = self.server.after_data.get(self.to, '250 2.0.0 taken')
        if answer == 'drop' or answer.startswith('250'):
            message = Message(self.to, raw)
            if self.server.on_message:
                self.server.on_message(message)
            self.server.messages.append(message)
        if self.server.delay:
            time.sleep(self.server.delay)
        if answer == 'drop':
            return True
        self.say(answer)

    def do_rset(self, _):
        self.say('250 2.0.0 fine')

    def do_noop(self, _):
        self.say('250 2.0.0 fine')

    def do_quit(self, _):
        self.say('221 2.0.0 bye')
        return True
