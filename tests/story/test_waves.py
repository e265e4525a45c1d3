#!/usr/bin/python3
"""Waves: both modes, the organisation's one answer, the printed key, deadlines, waves too small to open, an interrupted close."""
import json
import os
import signal
import unittest

from support.readiness import Browser
from support.scene import ANSWERS, answered, scene


def rows(here, sql):
    return here.query(sql)


class Waves(unittest.TestCase):
    def begin(self, **more):
        here = scene(**more)
        self.addCleanup(here.__exit__)
        return here

    def answer_all(self, here, kind='personal', answers=None):
        for link in here.links('tale', kind):
            Browser(here.url).fill(link['token'], answers or ANSWERS)

    def play_two_waves(self, mode):
        here = self.begin(staff=6, mode=mode)
        self.answer_all(here)
        here.run('wave', 'close', 'tale', '--yes')
        here.run('wave', 'open', 'tale', '--label', 'Second')
        self.answer_all(here)
        here.run('wave', 'close', 'tale', '--yes')
        found = rows(here, 'SELECT w.label, r.pseudonym FROM response r JOIN wave w ON w.id = r.wave')
        first = {p for label, p in found if label == 'Baseline'}
        second = {p for label, p in found if label == 'Second'}
        return len(found), first, second

    def test_in_anonymous_mode_nothing_links_a_persons_waves(self):
        n, first, second = self.play_two_waves('anonymous')
        self.assertEqual(n, 12)
        self.assertEqual((first, second), ({None}, {None}))

    def test_in_confidential_mode_a_pseudonym_links_a_persons_waves(self):
        n, first, second = self.play_two_waves('confidential')
        self.assertEqual(n, 12)
        self.assertEqual(len(first), 6)
        self.assertEqual(first, second)

    def test_each_mode_says_on_the_first_page_what_it_is(self):
        for mode, words in (('anonymous', 'anonymous'), ('confidential', 'confidential')):
            here = self.begin(staff=5, mode=mode)
            page = Browser(here.url).get('/s/' + here.links('tale', 'personal')[0]['token'])
            self.assertIn('your answers are ' + words, page.text.lower())
            if mode == 'confidential':
                self.assertIn('not anonymous', page.text.lower())
            here.stop()

    def test_an_organisation_answers_once_and_openly(self):
        here = self.begin(staff=5)
        link = here.links('tale', 'organisation')[0]
        agreed = {'lead1': 4, 'lead2': 4, 'lead3': 2, 'lead4': 5, 'policy1': 1}
        last = Browser(here.url).fill(link['token'], agreed)
        self.assertIn('Your answers have arrived.', last.text)
        again = Browser(here.url).get('/s/' + link['code'])  # the typed code of the same right
        self.assertIsNone(again.form(field='.p'))
        stored = rows(here, 'SELECT organisation, answers FROM organisation_answer')
        self.assertEqual(len(stored), 1)
        self.assertEqual(stored[0][0], 'north')
        self.assertIn('"lead3":2', stored[0][1], 'stored as given, not reversed')

    def test_staff_are_not_asked_what_only_the_organisation_answers(self):
        here = self.begin(staff=5)
        token = here.links('tale', 'personal')[0]['token']
        browser, seen = Browser(here.url), set()
        page = browser.send(browser.get('/s/' + token))
        while page.form(field='.p'):
            seen |= {c['name'] for c in page.form()['controls']}
            page = browser.send(page, ANSWERS)
        self.assertIn('lead1', seen)
        self.assertNotIn('policy1', seen)

    def test_a_wave_with_too_few_answers_is_destroyed_unopened(self):
        here = self.begin(staff=6)
        for link in here.links('tale', 'personal')[:4]:
            Browser(here.url).fill(link['token'], ANSWERS)
        out, err = here.run('wave', 'close', 'tale', '--yes')
        self.assertIn('warning', err)
        self.assertEqual(rows(here, 'SELECT count(*) FROM response'), [(0,)])
        self.assertEqual(rows(here, 'SELECT count(*) FROM comment'), [(0,)])
        self.assertEqual(rows(here, 'SELECT count(*) FROM ballot'), [(0,)])

    def test_a_waves_name_is_one_short_line(self):
        here = self.begin(staff=6, serve=False)
        here.run('wave', 'close', 'tale', '--yes')
        for label in ('x' * 61, 'two\nlines', '', ' blank'):
            _, text = here.run('wave', 'open', 'tale', '--label', label, status=1)
            self.assertIn('60', text)
        self.assertEqual(rows(here, 'SELECT count(*) FROM wave'), [(1,)])

    def test_a_lost_key_comes_back_from_the_printed_sheet(self):
        here = self.begin(staff=6)
        self.answer_all(here)
        sheet, _ = here.run('wave', 'recovery-sheet', 'tale')
        key, = [f for f in os.listdir(here.path('var/keys')) if f.startswith('wave-')]
        os.remove(here.path('var/keys/' + key))
        here.run('wave', 'close', 'tale', '--yes', status=1)
        self.assertEqual(rows(here, 'SELECT count(*) FROM ballot'), [(6,)], 'nothing may be lost by the attempt')
        figures = sheet.split('\n\n')[1]
        wrong = figures.replace(figures[0], 'A' if figures[0] != 'A' else 'B', 1)
        here.write('wrong.txt', wrong)
        here.run('wave', 'recover', 'tale', 'wrong.txt', status=1)
        here.write('sheet.txt', sheet)
        here.run('wave', 'recover', 'tale', 'sheet.txt')
        here.run('wave', 'close', 'tale', '--yes')
        self.assertEqual(rows(here, 'SELECT count(*) FROM response'), [(6,)])

    def test_a_wave_whose_key_was_taken_away_is_closed_with_its_sheet_alone(self):
        here = self.begin(staff=6)
        self.answer_all(here)
        token = here.links('tale', 'personal')[0]['token']
        sheet, _ = here.run('wave', 'recovery-sheet', 'tale')
        here.write('other.txt', 'AB12 CD34')
        self.assertIn('not the key', here.run('wave', 'lock', 'tale', 'other.txt', status=1)[1])
        here.write('sheet.txt', sheet)
        self.assertIn('--sheet', here.run('wave', 'lock', 'tale', 'sheet.txt')[0])
        self.assertIn('taken away', here.run('wave', 'recovery-sheet', 'tale', status=1)[1])
        self.assertEqual(here.links('tale', 'personal')[0]['token'], token, 'links are still made')
        found = json.loads(here.run('verify', '--format', 'json')[0])
        self.assertEqual((found['good'], found['keys_good'], found['keys_locked']), (True, 0, 1))
        self.assertIn('only their recovery sheet opens: 1', here.run('doctor', status=1 if here.database else 0)[0])
        self.assertIn('taken away', here.run('wave', 'close', 'tale', '--yes', status=1)[1])
        here.run('wave', 'close', 'tale', '--yes', '--sheet', 'other.txt', status=1)
        self.assertEqual(rows(here, 'SELECT count(*) FROM ballot'), [(6,)], 'nothing may be lost by the attempts')
        here.run('wave', 'close', 'tale', '--yes', '--sheet', 'sheet.txt')
        self.assertEqual(rows(here, 'SELECT count(*) FROM response'), [(6,)])

    def test_a_key_that_was_taken_away_can_be_put_back(self):
        here = self.begin(staff=6)
        self.answer_all(here)
        here.write('sheet.txt', here.run('wave', 'recovery-sheet', 'tale')[0])
        here.run('wave', 'lock', 'tale', 'sheet.txt')
        here.run('wave', 'recover', 'tale', 'sheet.txt')
        here.run('wave', 'close', 'tale', '--yes')
        self.assertEqual(rows(here, 'SELECT count(*) FROM response'), [(6,)])

    def test_after_the_deadline_nobody_begins_but_who_has_begun_may_finish(self):
        here = self.begin(staff=6)
        tokens = [k['token'] for k in here.links('tale', 'personal')]
        browser = Browser(here.url)
        last = browser.fill(tokens[0], ANSWERS, stop_at='obstacle')
        here.query("UPDATE wave SET until = '2020-01-01'")
        late = Browser(here.url).get('/s/' + tokens[1])
        self.assertIsNone(late.form('/s'))
        self.assertIn('Your answers have arrived.', browser.send(last, ANSWERS).text)
        self.assertEqual(answered(here), 1)
        here.run('wave', 'extend', 'tale', '--until', '2099-12-31')
        self.assertIsNotNone(Browser(here.url).get('/s/' + tokens[1]).form('/s'))

    def test_a_closing_that_was_cut_short_is_finished_at_the_next_start(self):
        here = self.begin(staff=6)
        self.answer_all(here)
        here.stop()
        # what a kill between the emptying and the destruction of the keys leaves: emptied, not closed
        key, = [f for f in os.listdir(here.path('var/keys')) if f.startswith('wave-')]
        with open(here.path('var/keys/' + key), 'rb') as file:
            secret = file.read()
        here.run('wave', 'close', 'tale', '--yes')
        with open(here.path('var/keys/' + key), 'wb') as file:
            file.write(secret)
        here.query('UPDATE wave SET state = 1')
        here.run('assessment', 'list')
        self.assertEqual(rows(here, 'SELECT state FROM wave'), [(2,)])
        self.assertFalse(os.path.exists(here.path('var/keys/' + key)))

    def test_sigterm_ends_the_server_well_and_kill_loses_nothing_acknowledged(self):
        here = self.begin(staff=8)
        tokens = [k['token'] for k in here.links('tale', 'personal')]
        for token in tokens[:3]:
            Browser(here.url).fill(token, ANSWERS)
        self.assertEqual(here.stop(), 0)
        here.serve()
        for token in tokens[3:6]:
            Browser(here.url).fill(token, ANSWERS)
        here.stop(signal.SIGKILL)
        here.serve()
        self.assertEqual(answered(here), 6)


if __name__ == '__main__':
    unittest.main()
