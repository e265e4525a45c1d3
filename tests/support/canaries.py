"""An assessment in which every text that anybody may write holds markup, and a reader of pages who notices when it became some."""
import html.parser
import os
import re

from support import smtp
from support.readiness import Installation
from support.scene import ANSWERS, STORY, import_answers
from support.workspace import add_user

# {term.barrier}: texts have places to fill in, and what is filled in must not be looked at for more of them
CANARY = '"\'><xss7 onxss7=1></title></textarea><script>xss7</script><img src=xss7 onerror=xss7>{term.barrier}&lt;xss7&gt;'
SHORT = '"\'><xss7 onxss7=1>{term.barrier}&lt;xss7&gt;'


class Reader(html.parser.HTMLParser):
    """Collects what became of markup: self.wrong is empty when nothing did."""

    def __init__(self, text):
        super().__init__()
        self.wrong, self.links, self.elements = [], [], 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements += 1
        if 'xss' in tag:
            self.wrong.append('<%s>' % tag)
        for name, value in attributes:
            value = (value or '').strip()
            if name.startswith('on') or 'xss' in name or name == 'style' and 'xss' in value:
                self.wrong.append('<%s %s>' % (tag, name))
            if name in ('href', 'src', 'action', 'formaction', 'data', 'xlink:href', 'srcset', 'content') and \
                    re.match(r'(?i)[\x00-\x20]*(javascript|data|vbscript):|//|/\\|https?://xss7', value):
                self.wrong.append('<%s %s=%s>' % (tag, name, value[:60]))
            if name == 'href':
                self.links.append(value)
            if tag == 'img' and name == 'src' and 'xss7' in value:
                self.wrong.append('<img src=%s>' % value)
        if tag in ('script', 'iframe', 'object', 'embed', 'base', 'math', 'animate', 'foreignobject'):
            source = dict(attributes).get('src', '')
            if not (tag == 'script' and re.fullmatch(r'/assets/[a-z]+-[0-9a-f]{16}\.js', source or '') or
                    tag == 'iframe' and (source or '').startswith('/instruments/')):
                self.wrong.append('<%s %s>' % (tag, attributes))

    def handle_comment(self, data):
        self.wrong.append('<!--%s-->' % data[:40])

    def unknown_decl(self, data):
        self.wrong.append('<![%s' % data[:40])

    def handle_pi(self, data):
        self.wrong.append('<?%s' % data[:40])


def quoted(text):
    """As a value of an instrument file, which has no double quotes inside."""
    return text.replace('"', '”').replace('{', '(').replace('}', ')')


def instrument():
    """The story's instrument with the canary behind every text."""
    with open(STORY, encoding='utf-8') as file:
        lines = file.read().split('\n')
    texts = r'(title|welcome\.\d|thanks\.\d|citation|status|default|label|text|help|hint|option\.\w+|item\.\w+|[0-9]+|na|unsure) *= *"'
    out, section = [], ''
    for line in lines:
        section = line if line.startswith('[') else section
        if re.match(texts, line) and line.endswith('"') and not line.startswith(('licence', 'name', 'until', 'show')):
            line = line[:-1] + ' ' + quoted(SHORT) + '"'
        out.append(line)
    return '\n'.join(out)


class World:
    """`tale` with a closed wave that has results and an open one with links of every kind; `mail` takes what is sent."""

    def __init__(self, text=CANARY, **settings):
        self.mail = smtp.Server()
        self.here = here = Installation(**self.mail.settings(**dict({'mail_per_minute': 60000}, **settings)))
        cell = '"%s"' % text.replace('"', '""')
        folder = here.path('instruments')
        os.mkdir(folder)
        here.environment['READINESS_INSTRUMENTS_FOLDER'] = folder
        here.write('instruments/canary.ini', instrument())
        here.run('assessment', 'new', 'tale', '--instrument', 'canary', '--title', 'T' + text, '--innovation', 'I' + text)
        here.write('organisations.csv', 'code,name\n' + ''.join('%s,"%s %s\n' % (c, c, cell[1:]) for c in ('north', 'south')))
        here.run('organisation', 'import', 'tale', 'organisations.csv')
        here.write('people.csv', 'email,organisation,name,unit\n' + ''.join(
            'staff%d@%s.example,%s,%s,%s\n' % (i, code, code, cell, '"U%s' % cell[1:90].rstrip('"') + '"')
            for code in ('north', 'south') for i in range(12)))
        here.run('people', 'import', 'tale', 'people.csv')
        import_answers(here, dict(ANSWERS, obstacle=cell), 'W1' + text[:50])
        here.run('wave', 'open', 'tale', '--label', 'W2' + text[:50], '--open-links', 'all')
        here.serve()
        self.boss = add_user(here, 'boss@example.org')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.mail.close()
        status = self.here.stop()
        with open(self.here.log, encoding='utf-8', errors='replace') as file:
            log = file.read()
        self.here.__exit__()
        if status or 'runtime error' in log:
            raise AssertionError(log[-4000:])
