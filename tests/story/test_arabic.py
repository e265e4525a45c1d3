#!/usr/bin/python3
"""Somebody who reads Arabic: the pages, the mail and its opt-out, the poster, and the workbook. The workspace, which has no
Arabic, stays English from left to right instead of mixing the two."""
import os
import re
import sys
import unittest
import warnings

import openpyxl

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser, Installation, ROOT  # noqa: E402
from support.smtp import Server  # noqa: E402
from support.workspace import add_user  # noqa: E402

PULSE = os.path.join(ROOT, 'surveys/readiness-pulse.ini')
with open(PULSE, encoding='utf-8') as pulse:
    ITEMS = re.findall(r'^item\.(\w+) *= ', pulse.read(), re.M)
ARABIC = {'Accept-Language': 'ar-MA,ar;q=0.9,en;q=0.3'}


def words(page):
    text = re.sub(r'<(title|style|script)\b.*?</\1>', ' ', page.text, flags=re.S)
    return re.sub(r'\s+', ' ', re.sub(r'<[^>]+>', ' ', text))


class Arabic(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.smtp = Server()
        here = cls.here = Installation(**cls.smtp.settings())
        here.run('assessment', 'new', 'tale', '--instrument', PULSE, '--title', 'نظرة سريعة')
        here.write('organisations.csv', 'code,name,language\nnorth,دار الشمال,العربية\n')
        here.run('organisation', 'import', 'tale', 'organisations.csv')
        rows = [','.join(['north'] + [str(1 + (i + k) % 3) for k in range(len(ITEMS))] + ['المزيد من الوقت'])
                for i in range(24)]
        here.write('answers.csv', 'organisation,%s,change\n%s\n' % (','.join(ITEMS), '\n'.join(rows)))
        here.run('responses', 'import', 'tale', 'answers.csv', '--label', 'الجولة الأولى')
        here.run('wave', 'open', 'tale', '--label', 'الجولة الثانية', '--open-links', 'all')
        here.serve()

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__()
        cls.smtp.close()

    def test_a_whole_form_speaks_arabic_from_right_to_left(self):
        browser = Browser(self.here.url, headers=ARABIC)
        page, seen = browser.get('/s/' + self.here.links('tale', 'open')[0]['token']), 0
        while True:
            self.assertEqual((page.language, page.direction), ('ar', 'rtl'))
            # the citation and the names of other languages are Latin, and say so
            latin = re.sub(r'<(\w+)[^>]* lang="?(?:en|fr)\b.*?</\1>', ' ', page.text, flags=re.S)
            left = re.findall(r'[A-Za-z]{3,}', words(type('', (), {'text': latin})))
            self.assertEqual(left, [], words(page))
            if seen and not page.form(field='.p'):
                break
            ratings = {c['name']: '3' for c in page.form()['controls'] if c['kind'] == 'radio'}
            page, seen = browser.send(page, ratings), seen + 1
        self.assertEqual(seen, 3)
        self.assertIn('وصلت إجاباتكم', page.text)

    def test_every_page_around_it_does_too(self):
        browser = Browser(self.here.url, headers=ARABIC)
        for path, text in (('/', 'الإجابة عن استطلاع'), ('/privacy', 'كيف يتعامل هذا الخادم'), ('/resume', 'المتابعة برمز'),
                           ('/s/0000', 'لا يوجد شيء في هذا العنوان'), ('/stop/0000', 'لا مزيد من الرسائل')):
            with self.subTest(path=path):
                page = browser.get(path)
                self.assertEqual((page.language, page.direction), ('ar', 'rtl'))
                self.assertIn(text, page.text)

    def test_what_was_typed_wrong_is_said_in_arabic(self):
        page = Browser(self.here.url, headers=ARABIC).post('/code', [('.c', 'ABCD')])
        self.assertTrue(page.title.startswith('خطأ: '), page.title)
        self.assertIn('لا يوجد استطلاع بهذا الرمز', page.text)

    def test_the_workspace_stays_english_and_does_not_offer_what_it_cannot_speak(self):
        page = Browser(self.here.url, headers=ARABIC).get('/sign-in')
        self.assertEqual((page.language, page.direction), ('en', None))
        browser = add_user(self.here, 'ada@example.org')
        account = browser.get('/account')
        self.assertIn('Français', account.text)
        self.assertNotIn('العربية', account.text)

    def test_the_poster_of_an_arabic_organisation(self):
        browser = add_user(self.here, 'vera@example.org')
        links = browser.get('/assessments/tale/links').text
        path = re.search(r'href="?(/assessments/tale/poster[^" >]*)', links).group(1)
        page = browser.get(path.replace('&amp;', '&'))
        poster = re.search(r'<article class=poster.*?</article>', page.text, re.S).group()
        self.assertRegex(poster, r'<article class=poster lang="?ar"? dir="?rtl')
        self.assertIn('رأيكم في الممارسة الجديدة', poster)
        self.assertIn('نحو 3 دقائق', poster)

    def test_the_mail(self):
        self.here.run('mail', 'test', 'tale', 'nour@support.example', '--language', 'ar')
        message = self.smtp.to('nour@support.example')[0]
        self.assertTrue(message['Subject'].startswith('تجربة: '), message['Subject'])
        for words_of_it in ('مرحباً نور مثال،', 'هذا رابطكم الخاص', 'إجاباتكم بلا أسماء', 'الممارسة الجديدة'):
            self.assertIn(words_of_it, message.text)
        without_links = re.sub(r'\S+://\S+|Équipe de soutien', '', message.text)
        self.assertEqual(re.findall(r'[A-Za-z]{3,}', without_links), [])

    def test_the_workbook_is_arabic_throughout(self):
        self.here.run('report', 'tale', '--wave', 'الجولة الأولى', '--organisation', 'north', '--language', 'ar', '--out',
                      'north.xlsx')
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            book = openpyxl.load_workbook(self.here.path('north.xlsx'))
        for sheet in book:
            self.assertTrue(sheet.sheet_view.rightToLeft)
            self.assertRegex(sheet.title, '[\u0600-\u06ff]')
        foreign = set()
        for sheet in book:
            for row in sheet.iter_rows(values_only=True):
                foreign |= {c for c in row if isinstance(c, str) and re.search('[A-Za-z]{3}', c)
                            and not re.search('[\u0600-\u06ff]', c)}
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and re.match('[\u0600-\u06ff]', cell.value):
                        self.assertEqual(cell.alignment.readingOrder, 2, (sheet.title, cell.value))
        # names in the data, the instrument's reference and fingerprint, this program's name
        own = set(ITEMS) | {'change'}
        left = {c for c in foreign - own if not c.startswith('Readiness') and not re.fullmatch('[0-9a-f]{64}', c)}
        self.assertEqual(left, set())


if __name__ == '__main__':
    unittest.main()
