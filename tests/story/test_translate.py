#!/usr/bin/python3
"""Translating: a file with every text, filled in bit by bit, brought up to date without losing work. And the program's own
texts the same way."""
import glob
import os
import re
import shutil
import unittest

from support.readiness import Installation, ROOT


def filled(text, word=lambda original: '«' + original + '»', every=1):
    """The file with each (or every so many) empty value filled in from the original above it."""
    out, original, n = [], '', 0
    for line in text.split('\n'):
        comment = re.match(r'; \w+: "(.*)"$', line)
        original = comment.group(1) if comment else original
        if line.endswith(' = ""'):
            n += 1
            if n % every == 0:
                line = line[:-1] + word(original) + '"'
        out.append(line)
    return '\n'.join(out)


def contents(paths):
    found = {}
    for path in paths:
        with open(path, encoding='utf-8') as file:
            found[path] = file.read()
    return found


class Translate(unittest.TestCase):
    def setUp(self):
        self.here = Installation()
        self.addCleanup(self.here.__exit__)
        shutil.copy(os.path.join(ROOT, 'surveys/implementation-readiness.ini'), self.here.path('mine.ini'))

    def read(self, name):
        with open(self.here.path(name), encoding='utf-8') as file:
            return file.read()

    def change(self, name, *pairs):
        text = self.read(name)
        for was, now in pairs:
            self.assertIn(was, text)
            text = text.replace(was, now, 1)
        self.here.write(name, text)

    def translate(self, language='de'):
        """(texts, to translate, changed, unused) as the command says them."""
        out, _ = self.here.run('instrument', 'translate', 'mine.ini', language)
        return tuple(int(n) for n in re.findall(r': (\d+)', out))

    def coverage(self, language='de'):
        out, err = self.here.run('check', 'mine.ini')
        self.assertNotIn('error', err)
        return int(re.search(language + r': (\d+) %', out).group(1))

    def test_a_new_translation_has_every_text_and_counts_as_empty(self):
        texts, missing, changed, unused = self.translate()
        self.assertGreater(texts, 100)
        self.assertEqual((missing, changed, unused), (texts, 0, 0))
        self.assertEqual(self.coverage(), 0)
        for line in self.read('mine.ini').split('\n'):
            item = re.match(r'(item\.\w+) = "(.*)"$', line)
            if item:
                self.assertIn('; en: "%s"\n%s = ""' % (item.group(2), item.group(1)), self.read('mine.de.ini'))

    def test_what_is_filled_in_is_counted_and_stays_byte_for_byte(self):
        texts = self.translate()[0]
        self.here.write('mine.de.ini', filled(self.read('mine.de.ini'), every=2))
        self.assertIn(self.coverage(), (49, 50))
        half = self.read('mine.de.ini')
        self.assertEqual(self.translate()[1], texts - texts // 2)
        self.assertEqual(self.read('mine.de.ini'), half)
        self.here.write('mine.de.ini', filled(half))
        self.assertEqual(self.coverage(), 100)
        whole = self.read('mine.de.ini')
        self.assertEqual(self.translate(), (texts, 0, 0, 0))
        self.assertEqual(self.read('mine.de.ini'), whole)

    def test_a_changed_original_is_marked_until_the_mark_is_deleted(self):
        self.translate()
        self.here.write('mine.de.ini', filled(self.read('mine.de.ini')))
        title = re.search(r'^title *= "(.*)"', self.read('mine.ini'), re.M).group(1)
        self.change('mine.ini', (title, 'Another title for ${innovation}'))
        self.assertEqual(self.translate()[2], 1)
        self.assertIn('; en was: "%s"\n; en: "Another title for ${innovation}"\ntitle = "«%s»"' % (title, title),
                      self.read('mine.de.ini'))
        marked = self.read('mine.de.ini')
        self.assertEqual(self.translate()[2], 1)  # still
        self.assertEqual(self.read('mine.de.ini'), marked)
        self.change('mine.ini', ('Another title', 'A third title'))
        self.assertEqual(self.translate()[2], 1)
        self.assertIn('; en was: "%s"\n; en: "A third title' % title, self.read('mine.de.ini'))
        self.change('mine.de.ini', ('; en was: "%s"\n' % title, ''))
        self.assertEqual(self.translate()[2], 0)

    def test_an_original_that_is_again_what_it_was_needs_no_mark(self):
        self.translate()
        self.here.write('mine.de.ini', filled(self.read('mine.de.ini')))
        before = self.read('mine.de.ini')
        self.change('mine.ini', ('version', '; version'), ('schema', 'version = 9\nschema'))
        title = re.search(r'^title *= "(.*)"', self.read('mine.ini'), re.M).group(1)
        self.change('mine.ini', (title, 'Another title'))
        self.translate()
        self.change('mine.ini', ('Another title', title))
        self.assertEqual(self.translate()[2], 0)
        self.assertEqual(self.read('mine.de.ini'), before)

    def test_what_is_gone_moves_to_the_end_and_what_is_new_is_empty(self):
        self.translate()
        self.here.write('mine.de.ini', filled(self.read('mine.de.ini')))
        item, text = re.search(r'^(item\.\w+) = "(.*)"', self.read('mine.ini'), re.M).groups()
        self.change('mine.ini', ('%s = "%s"' % (item, text), '%sx = "Something else."' % item))
        texts, missing, changed, unused = self.translate()
        self.assertEqual((missing, changed, unused), (1, 0, 1))
        end = self.read('mine.de.ini').split('; Not used any more:')[1]
        self.assertIn('; %s = "«%s»"' % (item, text), end)
        self.assertEqual(self.coverage(), round(100 * (texts - 1) / texts))
        before = self.read('mine.de.ini')
        self.translate()
        self.assertEqual(self.read('mine.de.ini'), before)

    def test_the_translators_own_comments_stay_in_place(self):
        self.translate()
        self.change('mine.de.ini', ('[survey]\n', '# With thanks to Ute.\n[survey]\n; Du or Sie? Sie.\n'))
        self.translate()
        text = self.read('mine.de.ini')
        self.assertIn('# With thanks to Ute.\n[survey]\n', text)
        self.assertEqual(text.count('Du or Sie?'), 1)
        self.here.write('mine.de.ini', text + '\n; the end\n')
        self.translate()
        self.assertTrue(self.read('mine.de.ini').rstrip().endswith('; the end'))

    def test_the_shipped_translations_come_through_whole(self):
        for path in sorted(glob.glob(os.path.join(ROOT, 'surveys/*.fr.ini'))):
            name = os.path.basename(path)[:-len('.fr.ini')]
            for ending in ('.ini', '.fr.ini'):
                shutil.copy(os.path.join(ROOT, 'surveys', name + ending), self.here.path('mine' + ending))
            said = self.translate('fr')
            self.assertEqual(said[1:], (0, 0, 0), name)
            with open(path, encoding='utf-8') as file:
                was = dict(re.findall(r'^([\w.]+) *= "(.*)"', file.read(), re.M))
            now = dict(re.findall(r'^([\w.]+) *= "(.*)"', self.read('mine.fr.ini'), re.M))
            self.assertEqual({k: v for k, v in was.items() if k in now and now[k] != v and list(was).count(k) == 1}, {})
            self.assertEqual(self.coverage('fr'), 100)
            os.remove(self.here.path('mine.fr.ini'))

    def test_long_texts_and_windows_line_ends_do_not_break_it(self):
        long = 'A word and another one. ' * 40
        self.change('mine.ini', ('minutes', 'welcome.8 = "%s"\nminutes' % long[:950]))
        self.translate()
        self.here.write('mine.de.ini', filled(self.read('mine.de.ini'), lambda o: 'Kurz.').replace('\n', '\r\n'))
        self.assertEqual(self.coverage(), 100)
        self.assertEqual(self.translate()[1:], (0, 0, 0))
        self.change('mine.ini', (long[:950], long[:945]))  # differs behind what a comment can hold
        self.assertEqual(self.translate()[2], 1)

    def test_what_cannot_be_translated_is_said(self):
        for words, code in ((('mine.ini', 'deutsch!'), 'language tag'), (('mine.ini', 'en'), 'original'),
                            (('nothing.ini', 'de'), 'no such file')):
            _, err = self.here.run('instrument', 'translate', *words, status=1)
            self.assertIn(code, err)
        self.here.write('mine.de.ini', '[survey\ntitle = x\n')
        _, err = self.here.run('instrument', 'translate', 'mine.ini', 'de', status=1)
        self.assertIn('mine.de.ini:1: error', err)
        self.assertEqual(self.read('mine.de.ini'), '[survey\ntitle = x\n')


class Interface(unittest.TestCase):
    def setUp(self):
        self.here = Installation()
        self.addCleanup(self.here.__exit__)

    def texts(self, language):
        self.here.run('texts', 'translate', language, '--out', 'ours')
        found = glob.glob(self.here.path('ours/texts/%s/*.ini' % language))
        return found + [self.here.path('ours/mail/%s.ini' % language)]

    def test_every_file_of_texts_and_mails_is_there(self):
        files = self.texts('de')
        english = glob.glob(os.path.join(ROOT, 'config/texts/en/*.ini'))
        self.assertEqual({os.path.basename(f) for f in files}, {os.path.basename(f) for f in english} | {'de.ini'})

    def test_an_empty_translation_shows_english_and_a_filled_one_is_used(self):
        files = self.texts('de')
        self.here.environment.update(READINESS_TEXTS_FOLDER=self.here.path('ours/texts'), READINESS_TEXTS_LANGUAGE='de',
                                     READINESS_MAIL_TEXTS=self.here.path('ours/mail'))
        english, _ = self.here.run('help')
        self.assertIn('surveys of what helps and hinders', english)
        for path in files:
            with open(path, encoding='utf-8') as file:
                text = filled(file.read(), lambda o: 'DE ' + o)
            with open(path, 'w', encoding='utf-8') as file:
                file.write(text)
        german, _ = self.here.run('help')
        self.assertIn('DE readiness: surveys', german)
        before = contents(files)
        self.texts('de')
        self.assertEqual(contents(files), before)

    def test_a_language_gets_its_own_plural_forms(self):
        def forms(language):
            self.texts(language)
            with open(self.here.path('ours/texts/%s/web.ini' % language), encoding='utf-8') as file:
                return re.findall(r'^kiosk\.pages\.(\w+)', file.read(), re.M)
        self.assertEqual(forms('de'), ['one', 'other'])
        self.assertEqual(forms('pl'), ['one', 'few', 'many'])
        self.assertEqual(forms('ja'), ['other'])
        self.assertEqual(forms('ar'), ['zero', 'one', 'two', 'few', 'many', 'other'])

    def test_french_comes_through_whole(self):
        out, _ = self.here.run('texts', 'translate', 'fr', '--out', 'ours')
        self.assertEqual(set(re.findall(r'to translate: (\d+)', out)), {'0'})
        for path in glob.glob(self.here.path('ours/texts/fr/*.ini')):
            def values(name):
                with open(name, encoding='utf-8') as file:
                    return sorted(re.findall(r'^([\w.-]+) *= *"?(.*?)"? *$', file.read(), re.M))
            self.assertEqual(values(path), values(os.path.join(ROOT, 'config/texts/fr', os.path.basename(path))))


if __name__ == '__main__':
    unittest.main()
