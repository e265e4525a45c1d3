#!/usr/bin/python3
"""docs/tutorial.md, followed word for word: its files are written, its commands run, and what they say is what stands there.
And docs/instruments.md is what the program prints.

A block of a file says behind its name what is done with it: nothing: the file is written anew; append; replace: the line with
the key that is nearest; line N: that line; fill: empty values of a translation."""
import difflib
import json
import os
import re
import subprocess
import unittest

from support.readiness import Browser, Installation, PROGRAM, ROOT


# An instrument with whatever the examples of conditions look at.
AROUND = '''[survey]
schema = 1
name = shown
version = 1
title = "Shown"
[question.role]
type = choice
label = "Role?"
choices = manager: "Manager" | support: "Support" | other: "Other"
[question.tools]
type = choices
label = "Tools?"
choices = excel: "A spreadsheet" | none: "None"
[question.years]
type = number
label = "Years?"
[question.before]
type = number
label = "Before?"
[question.after]
type = number
label = "After?"
[question.since]
type = date
label = "Since?"
[question.words]
type = text
label = "Words?"
'''


def blocks():
    """(words behind the fence, content) in the order of the page."""
    with open(os.path.join(ROOT, 'docs/tutorial.md'), encoding='utf-8') as file:
        return re.findall(r'^```([^\n]*)\n(.*?)^```$', file.read(), re.M | re.S)


class Tutorial(unittest.TestCase):
    def setUp(self):
        self.here = Installation()
        self.addCleanup(self.here.__exit__)

    def lines(self, name):
        with open(self.here.path(name), encoding='utf-8') as file:
            return file.read().split('\n')

    def replace(self, lines, content, fits):
        for new in content.split('\n')[:-1]:
            key = new.split('=')[0].strip()
            keys = [line.split('=')[0].strip() if '=' in line and fits(line) else '' for line in lines]
            nearest = difflib.get_close_matches(key, keys, 1, 0.9)
            self.assertTrue(nearest, new)
            lines[keys.index(nearest[0])] = new
        return lines

    def edit(self, name, how, content):
        if not how:
            self.here.write(name, content)
            return
        lines = self.lines(name)
        if how == ['append']:
            lines = '\n'.join(lines).rstrip('\n').split('\n') + content.split('\n')
        elif how == ['replace']:
            lines = self.replace(lines, content, lambda line: True)
        elif how == ['fill']:
            lines = self.replace(lines, content, lambda line: line.endswith('= ""'))
        else:
            lines[int(how[1]) - 1] = content.rstrip('\n')
        self.here.write(name, '\n'.join(lines))

    def look(self, words, expected):
        """The preview serves its pages, and says where in the words of the page."""
        with open(self.here.path('out'), 'w+', encoding='utf-8') as out:
            server = subprocess.Popen([PROGRAM] + words + ['--listen', '127.0.0.1:0'], cwd=self.here.folder, stdout=out,
                                      stderr=subprocess.DEVNULL, env=self.here.environment)
            try:
                for _ in range(600):
                    said = open(out.name, encoding='utf-8')
                    with said:
                        text = said.read()
                    if text.endswith('\n'):
                        break
                    self.assertIsNone(server.poll(), text)
                    try:
                        server.wait(0.1)
                    except subprocess.TimeoutExpired:
                        pass
                address = re.search(r'http://[\d.:]+', text).group()
                self.assertEqual(text.replace(address, 'http://127.0.0.1:8080'), expected)
                page = Browser(address).get('/preview')
                self.assertEqual(page.status, 200)
                self.assertIn('How do our team meetings go?', page.text)
                self.assertIn('no right or wrong answers', page.text)
            finally:
                server.terminate()
                server.wait(60)

    def test_whoever_follows_it_sees_what_it_says(self):
        self.here.write('meetings.ini', '')
        commands = 0
        for words, content in blocks():
            words = words.split()
            if words and words[0] == 'ini':
                self.edit(words[1], words[2:], content)
            elif words == ['console']:
                command, _, expected = content.partition('\n')
                self.assertTrue(command.startswith('$ readiness '), command)
                command = command.split()[2:]
                commands += 1
                if command[0] == 'preview':
                    self.look(command, expected)
                    continue
                done = subprocess.run([PROGRAM] + command, cwd=self.here.folder, env=self.here.environment, text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.assertEqual(done.stdout + done.stderr, expected, ' '.join(command))
                self.assertEqual(done.returncode, 1 if ': error: ' in expected else 0)
        self.assertGreater(commands, 10)

    def test_it_ends_with_an_instrument_that_can_be_used(self):
        self.test_whoever_follows_it_sees_what_it_says()
        os.mkdir(self.here.path('surveys'))
        for name in ('meetings.ini', 'meetings.fr.ini'):
            os.rename(self.here.path(name), self.here.path('surveys/' + name))
        self.here.environment['READINESS_INSTRUMENTS_FOLDER'] = 'surveys'
        self.here.run('assessment', 'new', 'spring', '--instrument', 'meetings', '--title', 'Our meetings, spring')


class Reference(unittest.TestCase):
    def test_the_page_is_what_the_program_prints(self):
        done = subprocess.run([os.path.join(ROOT, 'script/instrument-reference'), '--check'], text=True,
                              env=dict(os.environ, READINESS=PROGRAM), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_examples_of_every_section_are_accepted(self):
        """All keys with their examples, put together, have no finding but those of keys that exclude each other."""
        with open(os.path.join(ROOT, 'docs/instruments.md'), encoding='utf-8') as file:
            page = file.read()
        sections = dict(re.findall(r'^```ini\n\[([\w.]+)\]\n(.*?)^```$', page, re.M | re.S))
        self.assertEqual(len(sections), 7)
        with Installation() as here:
            text = '\n'.join('[%s]\n%s' % pair for pair in sections.items())
            text = re.sub(r'^(relevant|answered_by|comment|rows|minimum|maximum|choice\..*|ask) = .*\n', '', text, flags=re.M)
            text = text.replace('5 = "S', '1 = "No"\n2 = "Little"\n3 = "So so"\n4 = "Yes"\n5 = "S')
            text = text.replace('[page.you]', '[page.you]\nask = role, leadership')
            _, err = here.run('check', here.write('all.ini', text))
            self.assertEqual(err, '')


class Explain(unittest.TestCase):
    def setUp(self):
        self.here = Installation()
        self.addCleanup(self.here.__exit__)

    def keys(self, path, section):
        with open(os.path.join(ROOT, path), encoding='utf-8') as file:
            text = file.read().split('[%s]' % section)[1].split('\n[')[0]
        return dict(re.findall(r'^([a-z][\w.]*) *= "(.*)"$', text, re.M))

    def test_every_finding_of_an_instrument_is_explained_in_english_and_french(self):
        codes = set(self.keys('config/texts/en/instrument.ini', 'finding'))
        codes |= {k for k in self.keys('config/texts/en/base.ini', 'finding') if k.startswith(('ini.', 'terms.'))}
        codes = {re.sub(r'\.meant$', '', code) for code in codes}
        for language in ('en', 'fr'):
            explained = self.keys('config/texts/%s/explain.ini' % language, 'explain')
            self.assertEqual(sorted(codes - set(explained)), [])
        unused = set(explained) - codes
        self.assertEqual(sorted(c for c in unused if not c.startswith(('file_', 'strategies.'))), [])

    def test_wrong_and_right_examples_come_in_pairs_and_differ(self):
        wrong, right = (self.keys('config/examples.ini', part) for part in ('wrong', 'right'))
        self.assertEqual(set(wrong), set(right))
        self.assertLessEqual(set(wrong), set(self.keys('config/texts/en/explain.ini', 'explain')))
        for code, text in wrong.items():
            self.assertNotEqual(text, right[code])
        self.assertGreater(len(wrong), 90)

    def codes_of(self, text):
        self.here.write('shown.ini', text)
        done = subprocess.run([PROGRAM, 'check', 'shown.ini', '--format', 'json'], cwd=self.here.folder, text=True,
                              env=self.here.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        found = done.stdout[done.stdout.index('['):] if '[' in done.stdout else '[]'
        return {re.sub(r'\.meant$', '', f['code']) for f in json.loads(found)}

    def test_the_wrong_example_of_a_line_or_condition_has_the_finding_and_the_right_one_has_not(self):
        wrong, right = (self.keys('config/examples.ini', part) for part in ('wrong', 'right'))
        # These need more around them than a line: see the corpus of broken files.
        elsewhere = {'relevant.later', 'relevant.same_page', 'relevant.audience', 'relevant.never_shown', 'ini.line_long',
                     'ini.joined_long', 'ini.no_section', 'ini.duplicate_section'}
        tried = 0
        for code in sorted(set(wrong) - elsewhere):
            if not code.startswith(('ini.', 'expression.', 'relevant.')):
                continue
            for text, expected in ((wrong[code], True), (right[code], False)):
                text = text.replace('{q}', '"').replace('{n}', '\n')
                with self.subTest(code=code, text=text):
                    whole = AROUND + ('[question.asked]\ntype = text\nlabel = "Asked?"\n' if 'relevant' in text else '') + text
                    self.assertEqual(code in self.codes_of(whole), expected)
                    tried += 1
        self.assertGreater(tried, 60)

    def test_the_command_explains_with_and_without_the_hint_and_names_the_nearest(self):
        out, _ = self.here.run('check', '--explain', 'relevant.code')
        self.assertEqual(self.here.run('check', '--explain', 'relevant.code.meant')[0], out)
        self.assertIn('relevant = "${role} = manager"', out)
        _, err = self.here.run('check', '--explain', 'relevant.cod', status=1)
        self.assertIn('“relevant.code”', err)
        out, _ = self.here.run('check', '--explain', 'ini.text_lost', '--format', 'json')
        self.assertIn('"wrong":"label = Yes; maybe"', out)
        self.here.environment['READINESS_TEXTS_LANGUAGE'] = 'fr'
        out, _ = self.here.run('check', '--explain', 'relevant.code')
        self.assertIn('Au lieu de', out)

    def test_without_a_file_the_command_says_what_it_needs(self):
        _, err = self.here.run('check', status=2)
        self.assertIn('--explain CODE', err)


if __name__ == '__main__':
    unittest.main()
