#!/usr/bin/python3
"""The recovery sheet is enough: a wave's key that was lost is put back from what stands on it, command included; and a wave
whose key was taken away from the server is closed with it."""
import glob
import html
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser, PROGRAM  # noqa: E402
from support.scene import ANSWERS, answered, scene  # noqa: E402
from support.workspace import add_user, submit  # noqa: E402

WORK = '/assessments/tale'


class Recovery(unittest.TestCase):
    def test_the_printed_command_puts_the_key_back_from_any_folder(self):
        with scene(6) as here:
            here.run('wave', 'close', 'tale', '--yes')
            here.run('wave', 'open', 'tale', '--label', "Claire's 2nd; rm -rf")
            token = here.links('tale', 'personal')[0]['token']
            Browser(here.url).fill(token, ANSWERS)
            browser = add_user(here, 'ada@example.org')
            text = browser.get(WORK + '/waves/2/sheet').text
            command, key = (html.unescape(re.search(r'<pre[^>]*class="?%s"?[^>]*>([^<]+)</pre>' % name, text).group(1))
                            for name in ('command', 'key'))
            here.stop()
            keys = glob.glob(here.path('var/keys/wave-*'))
            self.assertEqual(len(keys), 1)
            os.remove(keys[0])
            desk = os.path.join(here.folder, 'elsewhere')
            os.mkdir(desk)
            with open(os.path.join(desk, 'sheet.txt'), 'w', encoding='utf-8') as file:
                file.write(key)
            os.symlink(os.path.abspath(PROGRAM), os.path.join(desk, 'readiness'))
            done = subprocess.run(['/bin/sh', '-c', command], cwd=desk, env=dict(os.environ, PATH=desk + ':/usr/bin:/bin'),
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.assertEqual(done.returncode, 0, command + '\n' + done.stdout)
            self.assertTrue(os.path.exists(keys[0]))
            here.serve()
            self.assertEqual(answered(here), 1)
            Browser(here.url).fill(here.links('tale', 'personal')[1]['token'], ANSWERS)
            self.assertEqual(answered(here), 2)

    def test_a_practitioner_takes_the_key_away_and_closes_with_the_sheet(self):
        with scene(6) as here:
            browser = add_user(here, 'ada@example.org')
            for link in here.links('tale', 'personal'):
                Browser(here.url).fill(link['token'], ANSWERS)
            self.assertIn(WORK + '/waves/1/lock', browser.get(WORK + '/waves/1/sheet').text)
            key = html.unescape(re.search(r'<pre[^>]*class="?key"?[^>]*>([^<]+)</pre>', browser.get(WORK + '/waves/1/sheet').text).group(1))
            page = browser.get(WORK + '/waves/1/lock')
            wrong = submit(browser, page, WORK + '/waves/1/lock', {'sheet': key.replace(key[0], 'A' if key[0] != 'A' else 'B', 1)})
            self.assertEqual(wrong.status, 422)
            self.assertIn('This is not the key', wrong.text)
            done = submit(browser, browser.get(WORK + '/waves/1/lock'), WORK + '/waves/1/lock', {'sheet': key.replace('\n', '\r\n')})
            self.assertIn('no longer on the server', done.text)
            self.assertIn('Key to the answers', done.text)
            self.assertNotIn('waves/1/sheet', done.text)
            for gone in ('sheet', 'lock'):
                self.assertIn('<h1>Waves</h1>', browser.get(WORK + '/waves/1/' + gone).text)
            close = browser.get(WORK + '/waves/1/close')
            self.assertIn('was taken away', close.text)
            for typed in ('', 'AB12'):
                self.assertEqual(submit(browser, close, WORK + '/waves/1/close', {'label': 'Baseline', 'sheet': typed}).status, 422)
            self.assertEqual(answered(here), 6)
            closed = submit(browser, close, WORK + '/waves/1/close', {'label': 'Baseline', 'sheet': key})
            self.assertEqual(closed.status, 200)
            self.assertEqual(here.query('SELECT count(*) FROM response'), [(6,)])
            acts = [row[0] for row in here.query('SELECT act FROM audit')]
            self.assertIn('wave_locked', acts)


if __name__ == '__main__':
    unittest.main()
