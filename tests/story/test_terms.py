#!/usr/bin/python3
"""A deployment's own words: with a terms file that replaces every term by words that nobody else uses, no page, mail, workbook,
printed report, finding or line of the command line shows a default word, in English, in French and, where there are texts, in
Arabic. The default words are those of config/texts/LANGUAGE/terms.ini and some synonyms (support/terms.py).

Not looked at: what is no interface but content (instruments, strategies, names that people give), and what programs read
(commands, options, columns of tables, codes, paths)."""
import glob
import html
import json
import os
import re
import shutil
import subprocess
import unittest
import zipfile

from support import terms
from support.readiness import PROGRAM, ROOT, Browser, Installation
from support.scene import ANSWERS, STORY
from support.smtp import Server
from support.workspace import add_user, submit

LANGUAGES = ('en', 'fr', 'ar')
LOCALES = {'en': 'C', 'fr': 'fr_FR.UTF-8', 'ar': 'ar_MA.UTF-8'}
# In the order of the names: assessment, barrier, construct, enabler, innovation, instrument, item, ...
MADE_UP = {'en': ('quibblesmith', 'zorbat', 'uplinkum', 'grumbock', 'nimwit', 'oxter', 'dorbling', 'vexling', 'thrumble', 'yaffle',
                  'plimsy'),
           'fr': ('quibleur', 'zorbat', 'plinque', 'hurdelle', 'nimoute', 'oxtère', 'dorblin', 'vexin', 'trombule', 'yaffel',
                  'plimousse'),
           'ar': ('ضمقوط', 'زربوط', 'ثغلون', 'جخدوب', 'نمضور', 'يعفول', 'درغول', 'فقسول', 'طرمول', 'قخطور', 'بلمون')}
OWN = {language: re.compile('|'.join(words), re.I) for language, words in MADE_UP.items()}

# Where a column, a placeholder of a mail, a code or a token's scope stands in a sentence about it.
SCOPES = [r'\((read|manage|people|waves|links|results|data)\)', r'read, manage, people, waves, links, results, data']
NAMES = {'en': [r'address and organisation \(code or name\)', r'e-mail address;organisation;name', r'organisation;unit',
                r'email, organisation, name, unit', r'columns are construct, strategy', r'administrator \(everything\), practitioner',
                r'administrator, practitioner or viewer', r'administrator\|practitioner\|viewer',
                r'replaced: [a-z, ]*\.', r'one of: [a-z, ]*', r'no place here: .*'],
         'fr': [r'électronique et organisation \(code ou nom\)', r'électronique;organisation;nom', r'organisation;unit',
                r'email, organisation, name, unit', r'colonnes sont construct, strategy', r'administrator \(tout\), practitioner',
                r'administrator, practitioner et viewer', r'administrator\|practitioner\|viewer', r'=la nouvelle pratique',
                r'remplacés : [a-z, ]*\.', r'Valeurs admises.: [a-z, ]*', r'place ici.: .*'], 'ar': []}


def made_up_terms():
    """A terms file of made-up words, each of the other gender than the default, so that nothing fits by chance."""
    lines = []
    for language in LANGUAGES:
        defaults = terms.words_of(language)
        for name, word in zip(terms.names_of('en'), MADE_UP[language]):
            many = {'en': word + 's', 'fr': word + 's', 'ar': word + 'ات'}[language]
            lines += ['[%s.%s]' % (language, name), 'one = "%s"' % word, 'many = "%s"' % many,
                      'gender = %s' % ('f' if defaults[name + '.gender'] == 'm' else 'm')]
            lines += ['elision = no'] if word == 'hurdelle' else []
    return '\n'.join(lines) + '\n'


def without_words(text):
    """The story's instrument without the words in its own texts, and without strategies, which are texts of others."""
    lines = []
    for line in text.split('\n'):
        key, sign, value = line.partition('=')
        if key.strip() == 'strategies':
            continue
        quoted = value.strip().startswith('"') or ':' in value
        for language in ('en', 'fr') if quoted else ():
            value = terms.default_words(language).sub('thing', value)
        lines.append(key + sign + value)
    return '\n'.join(lines)


def seen(page):
    """What people see or hear of a page."""
    text = re.sub(r'<(script|style|pre|code)\b.*?</\1>', ' ', page, flags=re.S)
    spoken = re.findall(r'\b(?:title|alt|aria-label|placeholder|content)="([^"]*)"', text)
    return html.unescape(' '.join([re.sub(r'<[^>]*>', '\n', text)] + spoken))


def in_workbook(path):
    """Every text of a workbook: cells, sheet names, notes, charts, properties."""
    parts = []
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            if name.endswith('.xlsx'):
                continue
            if re.search(r'sharedStrings|comments|/charts/|drawing|workbook\.xml$|docProps|header|sheet\d+\.xml$', name):
                xml = book.read(name).decode('utf-8', 'replace')
                parts += re.findall(r'<sheet name="([^"]*)"|(?:descr|name|title|prompt|error)="([^"]*)"', xml)
                parts.append((re.sub(r'<[^>]*>', '\n', xml),))
    return html.unescape('\n'.join(''.join(p) for p in parts))


def said(text):
    """What the command line says in sentences: without usage lines, examples, metavariables, the names of commands in front of
    what they do, and the parts of files that it quotes."""
    kept = []
    for line in text.split('\n'):
        if re.match(r'\s*(readiness |\[|[\w.-]+ *=)', line):
            continue
        if re.match(r'[a-z_]+(  +|,)[a-z_]+((  +|,)[a-z_]+)* *$', line):  # the columns of a table
            continue
        line = re.sub(r'^ *[a-z-]+( [a-z-]+)?  +|^  --\S+( \S+)*?  +', '', line)
        line = re.sub(r'“[^”]*”|«[^»]*»|\[[^\]]*\]|\b[a-z_.]+ = \S+', ' ', line)
        kept.append(re.sub(r'\b[A-Z][A-Z_]+\b', ' ', line))
    return '\n'.join(kept)


class Terms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        here = cls.here = Installation()
        here.write('terms.ini', made_up_terms())
        os.mkdir(here.path('surveys'))
        with open(STORY, encoding='utf-8') as story:
            tale = without_words(story.read().replace('question.obstacle', 'question.words').replace('= obstacle\n', '= words\n'))
        here.write('surveys/story.ini', tale)
        for broken in ('construct-domain', 'item-reverse-alone', 'construct-empty', 'expression-name'):
            shutil.copy(os.path.join(ROOT, 'tests/data/broken', broken + '.ini'), here.path('surveys'))
        cls.smtp = Server()
        cls.smtp.__enter__()
        here.environment.update({
            'READINESS_TEXTS_TERMS': here.path('terms.ini'), 'READINESS_INSTRUMENTS_FOLDER': here.path('surveys'),
            'READINESS_MAIL_SERVER': 'smtp://127.0.0.1:%d' % cls.smtp.port, 'READINESS_MAIL_SECURITY': 'none',
            'READINESS_MAIL_FROM': 'survey@example.org', 'READINESS_MAIL_PER_MINUTE': '60000'})
        here.run('assessment', 'new', 'tale', '--instrument', 'story', '--title', 'A tale')
        here.write('houses.csv', 'code,name\n' + ''.join('h%d,House %d\n' % (i, i) for i in range(7)))
        here.run('organisation', 'import', 'tale', 'houses.csv')
        here.write('people.csv', 'email,organisation,language\nann@example.org,h0,en\nluc@example.org,h0,fr\n')
        here.run('people', 'import', 'tale', 'people.csv')
        answers = {('words' if n == 'obstacle' else n): str(a) for n, a in ANSWERS.items()}
        names = sorted(answers)
        rows = [[answers[n] for n in names] for _ in range(12)]
        for label in ('Baseline', 'Later'):
            here.write('answers.csv', ','.join(['organisation'] + names) + '\n' + ''.join(
                ','.join(['h%d' % h] + row) + '\n' for h in range(7) for row in rows))
            here.run('responses', 'import', 'tale', 'answers.csv', '--label', label)
        here.run('wave', 'open', 'tale', '--label', 'Third', '--open-links', 'all')
        here.write('surveys/story.ini', tale.replace('Your view counts.', 'Your view is needed.'))  # may be adopted
        cls.links = here.links('tale')
        here.serve()
        cls.admin = add_user(here, 'admin@example.org')
        add_user(here, 'someone@example.org', 'practitioner')
        cls.send_and_report()
        cls.crawled = {}

    @classmethod
    def send_and_report(cls):
        """A mailing and a report, so that their pages are there."""
        cls.here.run('send', 'tale', 'invitations')
        wave = re.search(r'/assessments/tale/reports/\d+', cls.admin.get('/assessments/tale/reports').text).group()
        made = submit(cls.admin, cls.admin.get(wave), wave)
        cls.jobs = sorted(set(re.findall(r'/jobs/[\w-]+', made.text)))[:1]

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__()
        cls.smtp.__exit__(None, None, None)

    def holds_no_default(self, language, text, where):
        for name in NAMES[language] + SCOPES:
            text = re.sub(name, ' ', text, flags=re.I)
        text = terms.bare(text)
        found = terms.default_words(language).search(text)
        self.assertIsNone(found, '%s: ...%s...' % (where, found and text[max(0, found.start() - 80):found.end() + 60]))

    def browser(self, language, cookies=None):
        browser = Browser(self.here.url, headers={'Accept-Language': language})
        browser.cookies = dict(cookies or {})
        return browser

    def crawl(self, language):
        """Every page that can be reached by links from the workspace's first one: {path: text}."""
        if language in self.crawled:
            return self.crawled[language]
        browser, found = self.browser(language, self.admin.cookies), {}
        waiting = ['/work', '/account', '/audit', '/privacy', '/sign-in', '/shared', '/assessments/tale/waves/open',
                   '/instruments/story/preview/staff', '/instruments/story/preview/organisation'] + self.jobs
        while waiting:
            path = waiting.pop(0)
            if path in found or len(found) > 400:
                continue
            page = browser.get(path)
            kind = page.headers.get('Content-Type') or ''
            found[path] = page.text if 'html' in kind else ''
            links = [html.unescape(a).split('#')[0] for a in re.findall(r'href="?([^"\s>]+)', found[path])]
            waiting += [a for a in links if a.startswith('/') and not re.search(r'^/(assets|stop|s/)|\.(css|js|svg|xlsx|csv)|[?]lang=', a)]
        self.crawled[language] = found
        return found

    def test_no_page_of_the_workspace_shows_a_default_word(self):
        routes = json.loads(self.here.run('routes', '--format', 'json')[0])
        templates = {row['path'] for row in routes if row['method'] == 'GET' and not row['path'].startswith('/api/')}
        for language in ('en', 'fr'):
            pages = self.crawl(language)
            for path, text in pages.items():
                with self.subTest(language=language, path=path):
                    self.holds_no_default(language, seen(text), path)
            shown = sum(len(OWN[language].findall(seen(text))) for text in pages.values())
            self.assertGreater(shown, 300)
            patterns = {t: re.compile(re.sub(r'\{\w+\}', '[^/?]+', t) + r'(\?.*)?$') for t in templates}
            missed = {t for t in templates if not any(patterns[t].match(p) for p in pages)}
            self.assertEqual(sorted(missed), sorted(missed & self.ELSEWHERE), 'pages that nothing leads to')

    # Pages of respondents and of links that are sent, which other tests look at; and what is no page.
    ELSEWHERE = {'/', '/s', '/s/{token}', '/resume', '/preview', '/preview/organisation', '/assets/{name}', '/favicon.ico', '/healthz',
                 '/sign-in/again', '/welcome/{token}', '/stop/{token}', '/shared/{token}', '/shared/{token}/workbook',
                 '/assessments/{assessment}/links.csv', '/assessments/{assessment}/links.xlsx',
                 '/assessments/{assessment}/watch.json', '/assessments/{assessment}/send/{mailing}/progress',
                 '/assessments/{assessment}/send/{mailing}/outcomes.csv', '/jobs/{job}', '/jobs/{job}/progress', '/jobs/{job}/file'}

    def test_no_answer_to_a_mistake_in_the_workspace_shows_a_default_word(self):
        """Every form of every page sent empty."""
        for language in ('en', 'fr'):
            browser, sent = self.browser(language, self.admin.cookies), 0
            for path, text in self.crawl(language).items():
                page = browser.get(path) if text else None
                for form in page.forms if page else ():
                    action = form['action'].split('?')[0]
                    if form['method'] != 'post' or re.search('sign-out|sessions|archive|restore|delete|remove|off$|send|close|adopt|'
                                                             'extend|password|accounts/|stop', action):
                        continue
                    empty = {c['name']: '' for c in form['controls'] if c['kind'] == 'text'}
                    answer = submit(browser, page, action, empty)
                    sent += 1
                    with self.subTest(language=language, path=path, action=action):
                        self.holds_no_default(language, seen(answer.text), 'POST ' + action)
            self.assertGreater(sent, 8)

    def test_no_page_of_the_survey_shows_a_default_word(self):
        tokens = {row['kind']: row['token'] for row in self.links}
        for language in LANGUAGES:
            browser = self.browser(language)
            for kind, token in tokens.items():
                page = browser.get('/s/' + token)
                self.holds_no_default(language, seen(page.text), kind)
                for _ in range(4):
                    if not page.form():
                        break
                    page = browser.send(page)
                    self.holds_no_default(language, seen(page.text), kind)
            for path in ('/', '/s', '/resume', '/privacy', '/sign-in', '/nothing-here', '/stop/' + tokens['personal']):
                self.holds_no_default(language, seen(browser.get(path).text), path)

    def test_no_mail_shows_a_default_word(self):
        for language in LANGUAGES:
            self.here.run('mail', 'test', 'tale', 'me@example.org', '--language', language)
            self.here.run('mail', 'test', 'tale', 'me@example.org', '--reminder', '--language', language)
        self.assertGreaterEqual(len(self.smtp.messages), 6)
        for message in self.smtp.messages:
            text = message['Subject'] + '\n' + message.text
            language = 'ar' if re.search('[ء-ي]', text) else 'fr' if re.search('vous|votre', text) else 'en'
            self.holds_no_default(language, text, message.to)
        self.assertTrue(any(OWN['fr'].search(m.text) for m in self.smtp.messages))

    def test_no_report_shows_a_default_word(self):
        for language in LANGUAGES:
            self.here.run('report', 'tale', '--wave', 'Later', '--each', '--language', language, '--out', 'each-' + language)
            for what, ending in ((('--all',), 'xlsx'), (('--data',), 'xlsx'), (('--organisation', 'h0'), 'html'),
                                 (('--all',), 'html')):
                self.here.run('report', 'tale', '--wave', 'Later', *what, '--language', language, '--out',
                              'report-%s%s.%s' % (language, what[0], ending))
            books = glob.glob(self.here.path('each-%s/*.xlsx' % language)) + \
                glob.glob(self.here.path('report-%s*.xlsx' % language))
            pages = glob.glob(self.here.path('report-%s*.html' % language))
            self.assertEqual((len(books), len(pages)), (9, 2))
            for path in books + pages:
                with self.subTest(language=language, file=os.path.basename(path)):
                    if path.endswith('.xlsx'):
                        text = in_workbook(path)
                        if '--data' in path:  # the name of a column
                            text = re.sub('^organisation$', '', text, flags=re.M)
                    else:
                        with open(path, encoding='utf-8') as file:
                            text = seen(file.read())
                    self.holds_no_default(language, text, os.path.basename(path))
                    self.assertRegex(text, OWN[language])

    def speaks(self, language, *words):
        """What a command says, whatever its status, in a language."""
        done = subprocess.run([PROGRAM] + list(words), cwd=self.here.folder, input='', text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=300,
                              env=dict(self.here.environment, LC_ALL=LOCALES[language], LANG=LOCALES[language]))
        text = said(done.stdout + '\n' + done.stderr)
        with self.subTest(language=language, command=' '.join(words)):
            self.holds_no_default(language, text, ' '.join(words))
        return text

    def test_no_help_shows_a_default_word(self):
        for language in ('en', 'fr'):
            overview = self.speaks(language, 'help')
            self.assertRegex(overview, OWN[language])
            commands = re.findall(r'^  ([a-z-]+(?: [a-z-]+)?)  ', self.here.run('help')[0], re.M)
            self.assertGreater(len(commands), 30)
            shown = ''.join(self.speaks(language, *command.split(), '--help') for command in commands)
            self.assertGreater(len(OWN[language].findall(shown)), 40)

    def test_no_output_of_a_command_shows_a_default_word(self):
        for n, language in enumerate(('en', 'fr')):
            name = 'other%d' % n
            for words in (
                    ('assessment', 'new', name, '--instrument', 'story', '--title', 'Another'),
                    ('assessment', 'new', name, '--instrument', 'story', '--title', 'Another'), ('assessment', 'list'),
                    ('assessment', 'show', 'tale'), ('assessment', 'show', 'nobody'), ('organisation', 'import', name, 'houses.csv'),
                    ('organisation', 'list', name), ('people', 'import', name, 'people.csv'), ('wave', 'list', 'tale'),
                    ('wave', 'close', name), ('wave', 'open', name), ('wave', 'open', name), ('wave', 'open', 'tale', '--label', 'Later'),
                    ('wave', 'extend', name, '--until', '2099-01-01'), ('wave', 'close', name), ('wave', 'close', name, '--yes'),
                    ('wave', 'recover', name, 'houses.csv'), ('report', name, '--all'), ('report', 'tale'),
                    ('report', 'tale', '--all', '--each'), ('report', 'tale', '--wave', 'Nothing', '--all'), ('links', name),
                    ('report', 'tale', '--wave', 'Later', '--data', '--out', 'd.xlsx'), ('send', name, 'invitations'),
                    ('responses', 'import', name, 'houses.csv'), ('user', 'add', 'x@example.org', '--role', 'none'),
                    ('assessment', 'archive', name), ('assessment', 'restore', name), ('assessment', 'delete', name),
                    ('assessment', 'delete', name, '--yes'), ('organisation', 'import', 'tale', 'people.csv'),
                    ('check', 'surveys/story.ini', '--against', 'tale'), ('instrument', 'export', 'story', '--format', 'xlsform'),
                    ('instrument', 'translate', 'story', 'de'), ('nonsense',), ('wave', 'nonsense'), ('links', 'tale', '--nonsense')):
                self.speaks(language, *words)

    def test_no_finding_about_a_file_shows_a_default_word(self):
        broken = sorted(glob.glob(os.path.join(ROOT, 'tests/data/broken/*.ini')))
        foreign = sorted(glob.glob(os.path.join(ROOT, 'tests/data/exchange/*.*')))
        self.assertGreater(len(broken), 60)
        codes = [key for _, section, key, _ in terms.texts_of(os.path.join(ROOT, 'config/texts/en/explain.ini'))
                 if section == 'explain']
        for language in ('en', 'fr'):
            text = ''.join(self.speaks(language, 'check', *broken[n:n + 8]) for n in range(0, len(broken), 8))
            self.assertGreater(len(OWN[language].findall(text)), 20)
            for path in foreign:
                self.speaks(language, 'instrument', 'import', path, '--out', 'made.ini', '--replace')
            for code in codes[::8]:  # tests/rules looks at all of these texts
                self.speaks(language, 'check', '--explain', code)

    def test_one_word_put_back_is_found(self):
        """The search itself: a text of the command line with a default word in it."""
        here = self.here
        for language, text in (('en', 'list all organisations'), ('fr', 'lister toutes les organisations')):
            os.makedirs(here.path('texts/' + language))
            here.write('texts/%s/cli.ini' % language, '[command]\norganisation_list = "%s"\n' % text)
            environment = dict(here.environment, READINESS_TEXTS_FOLDER=here.path('texts'), LC_ALL=LOCALES[language],
                               LANG=LOCALES[language])
            done = subprocess.run([PROGRAM, 'help'], cwd=here.folder, env=environment, text=True, stdout=subprocess.PIPE)
            with self.assertRaisesRegex(AssertionError, 'organisations'):
                self.holds_no_default(language, said(done.stdout), 'help')

    def test_articles_and_agreement_follow_the_word(self):
        self.here.run('report', 'tale', '--wave', 'Later', '--all', '--language', 'fr', '--out', 'agree.xlsx')
        text = in_workbook(self.here.path('agree.xlsx'))
        for name, word in zip(terms.names_of('en'), MADE_UP['fr']):
            with self.subTest(term=name):
                wrong = 'un|le|du|au|ce|aucun|tous' if terms.words_of('fr')[name + '.gender'] == 'm' else 'une|la|cette|aucune|toutes'
                self.assertNotRegex(text, r'(?i)\b(%s) (les )?%s' % (wrong, word))
        self.assertNotIn('l’hurdelle', text)
        self.assertIn('l’oxtère', text)

    def test_a_wrong_terms_file_is_refused_with_what_would_be_right(self):
        self.here.write('wrong.ini', '[en.barier]\none = "a"\nmany = "b"\n[xx.barrier]\none = "a"\nmany = "b"\n'
                        '[fr.barrier]\none = "a"\nmani = "b"\n')
        _, text = self.here.run('check', '--terms', 'wrong.ini', status=1)
        for line in (r'wrong\.ini:1: error: .*“barier”.*“barrier”.*\[terms\.term\.meant\]', r'wrong\.ini:4: .*“xx”',
                     r'wrong\.ini:7: .*“many”', r'wrong\.ini:7: .*gender', r'wrong\.ini:9: .*“mani”.*“many”'):
            self.assertRegex(text, line)
        other = Installation(texts_terms=self.here.path('wrong.ini'))
        self.addCleanup(other.__exit__)
        _, text = other.run('assessment', 'list', status=1)
        self.assertIn('barier', text)
        out, _ = self.here.run('check', '--terms', os.path.join(ROOT, 'config/terms.ini'))
        self.assertIn('good', out)


if __name__ == '__main__':
    unittest.main()
