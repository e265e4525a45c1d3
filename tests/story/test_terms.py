#!/usr/bin/python3
"""A deployment's own words: with a terms file of words that nobody else uses, pages, mails, workbooks and printed reports
show no default word for a practitioner, an organisation, an enabler or a barrier, in English and in French.

Not looked at: what is no interface but content (instruments, strategies, names), and names that programs read (columns of
tables, codes, commands)."""
import glob
import html
import os
import re
import unittest
import zipfile

from support.readiness import Browser, Installation, ROOT
from support.scene import ANSWERS, STORY
from support.smtp import Server
from support.workspace import add_user

TERMS = '''[en.practitioner]
one  = "quibblesmith"
many = "quibblesmiths"
[en.organisation]
one  = "zorbat"
many = "zorbats"
[en.enabler]
one  = "uplinkum"
many = "uplinkums"
[en.barrier]
one  = "grumbock"
many = "grumbocks"
[fr.practitioner]
one    = "quibleur"
many   = "quibleurs"
gender = m
[fr.organisation]
one    = "zorbat"
many   = "zorbats"
gender = m
[fr.enabler]
one    = "plinque"
many   = "plinques"
gender = f
[fr.barrier]
one     = "hurdelle"
many    = "hurdelles"
gender  = f
elision = no
'''
DEFAULT = {'en': r'\b(organi[sz]ations?|barriers?|enablers?|practitioners?|facilitators?)\b',
           'fr': r'\b(organisations?|freins?|obstacles?|leviers?|praticiens?|praticiennes?)\b'}
OWN = {'en': 'zorbat|grumbock|uplinkum|quibblesmith', 'fr': 'zorbat|hurdelle|plinque|quibleur'}
# What programs read stays as it is: the name of a column of a table, of a placeholder of a mail, of a file.
NAMES = {'en': [r'address and organisation \(code or name\)', r'\{organisation\}', r'e-mail address;organisation;name',
                r'organisation;unit', r'\b[\w.-]*organisations?\.(csv|xlsx|zip)'],
         'fr': [r'électronique et organisation \(code ou nom\)', r'\{organisation\}', r'électronique;organisation;nom',
                r'\b[\w.-]*organisations?\.(csv|xlsx|zip)']}


def without_words(text):
    """The story's instrument without the words in its own texts, and without strategies, which are texts of others."""
    lines = []
    for line in text.split('\n'):
        key, sign, value = line.partition('=')
        if key.strip() == 'strategies':
            continue
        quoted = value.strip().startswith('"') or ':' in value
        lines.append(key + sign + (re.sub(DEFAULT['en'] + '|' + DEFAULT['fr'], 'things', value, flags=re.I) if quoted else value))
    return '\n'.join(lines)


def seen(page):
    """What people see or hear of a page."""
    text = re.sub(r'<(script|style|pre)\b.*?</\1>', ' ', page, flags=re.S)
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


class Terms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        here = cls.here = Installation()
        here.write('terms.ini', TERMS)
        os.mkdir(here.path('surveys'))
        with open(STORY, encoding='utf-8') as story:
            here.write('surveys/story.ini', without_words(story.read().replace('question.obstacle', 'question.words')
                                                          .replace('= obstacle\n', '= words\n')))
        cls.smtp = Server()
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
        cls.links = here.links('tale')
        here.serve()
        cls.admin = add_user(here, 'admin@example.org')
        add_user(here, 'someone@example.org', 'practitioner')

    @classmethod
    def tearDownClass(cls):
        cls.here.stop()
        cls.here.__exit__()

    def holds_no_default(self, language, text, where):
        for name in NAMES[language]:
            text = re.sub(name, ' ', text, flags=re.I)
        found = re.search(r'.{0,80}' + DEFAULT[language] + r'.{0,60}', text, re.I)
        self.assertIsNone(found, '%s: %s' % (where, found and found.group()))

    def crawl(self, language):
        """Every page that can be reached by links from the workspace's first one: {path: text}."""
        browser = Browser(self.here.url, headers={'Accept-Language': language})
        browser.cookies = dict(self.admin.cookies)
        found, waiting = {}, ['/work', '/work/tale', '/account', '/privacy']
        while waiting:
            path = waiting.pop(0)
            if path in found or len(found) > 150:
                continue
            page = browser.get(path)
            kind = page.headers.get('Content-Type') or ''
            found[path] = page.text if 'html' in kind else ''
            links = [html.unescape(a).split('#')[0] for a in re.findall(r'href="?([^"\s>]+)', found[path])]
            waiting += [a for a in links if a.startswith('/') and not re.search(r'^/(assets|stop|s/)|\.(css|js|svg|xlsx)', a)]
        return found

    def test_no_page_of_the_workspace_shows_a_default_word(self):
        for language in ('en', 'fr'):
            pages = self.crawl(language)
            self.assertGreater(len(pages), 25)
            own = 0
            for path, text in pages.items():
                with self.subTest(language=language, path=path):
                    own += len(re.findall(OWN[language], seen(text), re.I))
                    self.holds_no_default(language, seen(text), path)
            self.assertGreater(own, 50)

    def test_no_page_of_the_survey_shows_a_default_word(self):
        tokens = {row['kind']: row['token'] for row in self.links}
        for language in ('en', 'fr'):
            browser = Browser(self.here.url, headers={'Accept-Language': language})
            for kind, token in tokens.items():
                page = browser.get('/s/' + token)
                self.holds_no_default(language, seen(page.text), kind)
                for _ in range(4):
                    if not page.form():
                        break
                    page = browser.send(page)
                    self.holds_no_default(language, seen(page.text), kind)
            for path in ('/', '/privacy', '/sign-in', '/nothing-here'):
                self.holds_no_default(language, seen(browser.get(path).text), path)

    def test_no_mail_shows_a_default_word(self):
        with self.smtp:
            self.here.run('send', 'tale', 'invitations')
            self.here.run('mail', 'test', 'tale', 'me@example.org', '--language', 'fr')
            self.here.run('mail', 'test', 'tale', 'me@example.org', '--reminder', '--language', 'en')
        self.assertGreaterEqual(len(self.smtp.messages), 4)
        for message in self.smtp.messages:
            text = message['Subject'] + '\n' + message.text
            self.holds_no_default('fr' if re.search('vous|votre', text) else 'en', text, message.to)
        self.assertTrue(any('zorbat' in m.text for m in self.smtp.messages))

    def test_no_report_shows_a_default_word(self):
        for language in ('en', 'fr'):
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
                    self.assertRegex(text, '(?i)' + OWN[language])

    def test_articles_and_agreement_follow_the_word(self):
        self.here.run('report', 'tale', '--wave', 'Later', '--all', '--language', 'fr', '--out', 'agree.xlsx')
        text = in_workbook(self.here.path('agree.xlsx'))
        self.assertIn('Tous les zorbats', text)
        self.assertIn('hurdelle forte', text)
        self.assertNotIn('l’hurdelle', text)

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
