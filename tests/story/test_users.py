#!/usr/bin/python3
"""Accounts, people's data, deleting and the audit log from the command line."""
import datetime
import csv
import glob
import io
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser, Installation
from support.scene import ANSWERS, STORY, answered, scene


def content(path):
    with open(path, 'rb') as file:
        return file.read()


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


class Users(unittest.TestCase):
    def setUp(self):
        self.here = Installation(server_public_url='https://survey.example.org')
        self.addCleanup(self.here.__exit__)

    def accounts(self):
        out, _ = self.here.run('user', 'list', '--format', 'csv')
        return {row['email']: row for row in table(out)}

    def link(self, out):
        found = re.search(r'^https://survey\.example\.org/welcome/([A-Z2-7]{26})$', out, re.M)
        self.assertTrue(found, out)
        return found.group(1)

    def everything(self):
        return self.here.kept()

    def test_a_new_account_comes_with_a_link_that_is_not_kept(self):
        out, err = self.here.run('user', 'add', 'claire@example.org', '--role', 'administrator', '--name', 'Claire Roy')
        token = self.link(out)
        self.assertEqual(err, '')
        self.assertIn(b'claire@example.org', self.everything())
        self.assertNotIn(token.encode(), self.everything())
        row = self.accounts()['claire@example.org']
        self.assertEqual((row['name'], row['role'], row['password'], row['second_factor'], row['state']),
                         ('Claire Roy', 'administrator', 'not_set', 'off', 'active'))
        out, _ = self.here.run('user', 'reset', 'CLAIRE@example.org')
        self.assertNotEqual(self.link(out), token)

    def test_admin_is_short_for_administrator(self):
        self.here.run('user', 'add', 'claire@example.org', '--role', 'admin')
        self.assertEqual(self.accounts()['claire@example.org']['role'], 'administrator')

    def test_mistakes_are_sentences(self):
        self.here.run('user', 'add', 'a@example.org', '--role', 'viewer')
        for words, expected in ((('user', 'add', 'A@example.org', '--role', 'viewer'), 'A@example.org'),
                                (('user', 'add', 'nobody', '--role', 'viewer'), 'nobody'),
                                (('user', 'add', 'b@example.org', '--role', 'adminn'), 'administrator'),
                                (('user', 'add', 'b@example.org', '--role', 'viewer', '--name', 'a\nb'), '200'),
                                (('user', 'disable', 'b@example.org'), 'b@example.org'),
                                (('user', 'reset', 'b@example.org'), 'user list')):
            _, text = self.here.run(*words, status=1)
            self.assertIn('error:', text)
            self.assertIn(expected, text)
        self.here.run('user', 'add', 'b@example.org', status=2)
        self.assertEqual(list(self.accounts()), ['a@example.org'])

    def test_the_last_administrator_is_not_locked_out(self):
        self.here.run('user', 'add', 'a@example.org', '--role', 'administrator')
        _, text = self.here.run('user', 'disable', 'a@example.org', status=1)
        self.assertIn('a@example.org', text)
        self.here.run('user', 'add', 'b@example.org', '--role', 'administrator')
        self.here.run('user', 'disable', 'a@example.org')
        self.assertEqual(self.accounts()['a@example.org']['state'], 'disabled')
        self.here.run('user', 'reset', 'a@example.org', status=1)
        self.here.run('user', 'disable', 'b@example.org', status=1)
        self.here.run('user', 'enable', 'a@example.org')
        self.here.run('user', 'disable', 'b@example.org')

    def test_it_works_beside_a_running_server_too(self):
        self.here.serve()
        out, _ = self.here.run('user', 'add', 'a@example.org', '--role', 'practitioner')
        self.link(out)
        self.assertIn('a@example.org', self.accounts())
        self.assertEqual(self.here.stop(), 0)


class People(unittest.TestCase):
    def setUp(self):
        self.here = scene(staff=6, serve=False)
        self.addCleanup(self.here.__exit__)

    def test_an_export_has_what_is_held_and_nothing_of_others(self):
        out, _ = self.here.run('people', 'export', 'tale', 'STAFF2@north.example')
        held = json.loads(out)
        self.assertEqual(held['assessment'], 'tale')
        self.assertEqual(held['mode'], 'anonymous')
        self.assertEqual(held['person'], {'email': 'staff2@north.example', 'name': '', 'organisation': 'north', 'unit': '',
                                          'language': '', 'contact': 'good'})
        self.assertEqual([i['wave'] for i in held['invitations']], ['Baseline'])
        self.assertEqual(held['mails'], [])
        self.assertNotIn('staff1', out)
        self.here.run('people', 'export', 'tale', 'nobody@north.example', status=1)
        self.here.run('people', 'export', 'nothing', 'staff2@north.example', status=1)

    def test_a_deleted_person_is_nowhere_and_their_link_still_works(self):
        here = self.here
        token = [row for row in here.links('tale', 'personal') if row['email'] == 'staff2@north.example'][0]['token']
        os.remove(here.path('links.csv'))
        _, text = here.run('people', 'delete', 'tale', 'staff2@north.example', stdin='yes\n', status=1)
        self.assertIn('staff2@north.example', text)
        here.run('people', 'delete', 'tale', 'staff2@north.example', stdin='staff2@north.example\n')
        for path in glob.glob(here.path('var/*')):
            if os.path.isfile(path):
                self.assertNotIn(b'staff2@north.example', content(path), path)
        here.run('people', 'export', 'tale', 'staff2@north.example', status=1)
        here.serve()
        Browser(here.url).fill(token, ANSWERS)
        self.assertEqual(answered(here), 1)

    def test_the_audit_log_says_what_was_done_and_names_nobody_who_was_asked(self):
        here = self.here
        here.run('people', 'export', 'tale', 'staff2@north.example')
        here.run('people', 'delete', 'tale', 'staff3@north.example', '--yes')
        here.run('links', 'tale', '--out', 'links.csv')
        here.run('wave', 'recovery-sheet', 'tale')
        here.run('wave', 'close', 'tale', '--yes')
        here.run('assessment', 'new', 'tale2', '--instrument', STORY, '--title', 'T')
        out, _ = here.run('audit', 'tale', '--format', 'csv')
        rows = table(out)
        self.assertEqual([(r['act'], r['object']) for r in reversed(rows)],
                         [('assessment_made', 'tale'), ('organisations_imported', 'tale'), ('people_imported', 'tale'),
                          ('wave_opened', 'tale/Baseline'), ('person_exported', 'tale/north'), ('person_deleted', 'tale/north'),
                          ('links_written', 'tale/Baseline'), ('recovery_sheet_shown', 'tale/Baseline'),
                          ('wave_closed', 'tale/Baseline')])
        self.assertEqual({r['account'] for r in rows}, {''})
        self.assertTrue(all(re.match(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$', r['time']) for r in rows))
        self.assertNotIn('staff', out)
        out, _ = here.run('audit', '--most', '1', '--format', 'csv')
        self.assertEqual([r['object'] for r in table(out)], ['tale2'])
        here.run('audit', '--most', 'all', status=1)
        for language, closed in (('C', 'wave closed'), ('fr_CA.UTF-8', 'vague fermée')):
            here.environment['LC_ALL'] = language
            out, _ = here.run('audit', 'tale')
            self.assertIn(closed, out)
            self.assertNotIn('audit.', out)


class Assessments(unittest.TestCase):
    def setUp(self):
        self.here = scene(staff=6, serve=False)
        self.addCleanup(self.here.__exit__)

    def states(self):
        out, _ = self.here.run('assessment', 'list', '--format', 'csv')
        return {row['name']: row['state'] for row in table(out)}

    def test_what_is_deleted_can_be_restored_and_takes_no_answers_meanwhile(self):
        here = self.here
        token = here.links('tale', 'personal')[0]['token']
        here.run('assessment', 'archive', 'tale')
        self.assertEqual(self.states(), {'tale': 'archived'})
        here.run('assessment', 'restore', 'tale')
        here.run('assessment', 'delete', 'tale', stdin='no\n', status=1)
        self.assertEqual(self.states(), {'tale': 'active'})
        here.run('assessment', 'delete', 'tale', stdin='tale\n')
        self.assertEqual(self.states(), {'tale': 'deleted'})
        _, text = here.run('wave', 'close', 'tale', '--yes', status=1)
        self.assertIn('assessment restore tale', text)
        here.serve()
        page = Browser(here.url).get('/s/' + token)
        self.assertIsNone(page.form(), page.text)
        here.run('assessment', 'restore', 'tale')
        here.run('assessment', 'restore', 'tale', status=1)
        Browser(here.url).fill(token, ANSWERS)
        self.assertEqual(answered(here), 1)

    def test_after_thirty_days_everything_of_it_is_gone_keys_included(self):
        here = self.here
        key = glob.glob(here.path('var/keys/wave-*'))
        self.assertEqual(len(key), 1)
        here.run('assessment', 'new', 'other', '--instrument', STORY, '--title', 'T')
        here.run('assessment', 'delete', 'tale', '--yes')
        here.serve()
        here.stop()
        self.assertEqual(set(self.states()), {'tale', 'other'})
        here.query("UPDATE assessment SET deleted = ? WHERE name = 'tale'", str(datetime.date.today() - datetime.timedelta(days=31)))
        here.serve()
        here.stop()
        self.assertEqual(self.states(), {'other': 'active'})
        self.assertFalse(os.path.exists(key[0]))
        self.assertFalse(here.is_on_disk(b'staff2@north.example'))
        out, _ = here.run('audit', 'tale', '--most', '1', '--format', 'csv')
        self.assertEqual(table(out)[0]['act'], 'assessment_removed')

    def test_a_deadline_is_the_end_of_the_local_day(self):
        here = self.here
        here.run('wave', 'close', 'tale', '--yes')
        for zone in ('Atlantis/Capital', '../etc'):
            _, text = here.run('wave', 'open', 'tale', '--label', 'two', '--timezone', zone, status=1)
            self.assertIn(zone, text)
        here.run('wave', 'open', 'tale', '--label', 'two', '--until', '2037-01-31', '--timezone', 'Asia/Kathmandu')
        out, _ = here.run('wave', 'list', 'tale', '--format', 'csv')
        self.assertEqual([row['timezone'] for row in table(out)], ['UTC', 'Asia/Kathmandu'])
        here.run('assessment', 'new', 'zone', '--instrument', STORY, '--title', 'T', '--timezone', 'America/Toronto')
        out, _ = here.run('assessment', 'show', 'zone', '--format', 'csv')
        self.assertIn('timezone,America/Toronto', out.replace('"', ''))
        here.run('assessment', 'new', 'wrong', '--instrument', STORY, '--title', 'T', '--timezone', 'Toronto', status=1)
        self.assertNotIn('wrong', self.states())


if __name__ == '__main__':
    unittest.main()
