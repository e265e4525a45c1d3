"""What the pages about mailings say when things do not go as they should: ended, paused, put off, too late."""
import contextlib
import os
import re
import sqlite3
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser
from support.scene import ANSWERS
from support.workspace import submit
from web.test_outcomes import rows_of
from web.test_reach import WORK, Scene, people


def change(s, sql, *values):
    with contextlib.closing(sqlite3.connect(s.here.path('var/readiness.db'), timeout=20)) as database:
        found = database.execute(sql, values).fetchall()
        database.commit()
        return found


def wait_for(s, words, seconds=20):
    """The page of the newest mailing, as soon as it says this."""
    address, end = s.mailing(), time.time() + seconds
    page = s.browser.get(address)
    while words not in page.text:
        if time.time() > end:
            raise AssertionError('no “%s” in %s' % (words, s.texts(address)))
        time.sleep(0.1)
        page = s.browser.get(address)
    return page


def chosen(page):
    return re.search(r'value="?(\w+)"?[^>]* checked', page.text[page.text.index('What do you want to send'):]).group(1)


class Answered(unittest.TestCase):
    def test_who_has_answered_by_another_way_is_not_invited_and_nothing_tells(self):
        with Scene(people(12, 'north')) as s:
            tokens = {r['email']: r['token'] for r in s.here.links('tale', 'personal')}
            done = ['staff%d@north.example' % i for i in (0, 3, 5, 8, 11)]
            for address in done:
                Browser(s.here.url).fill(tokens[address], ANSWERS)
            self.assertIn('Whoever has answered already gets no invitation', s.preview(kind='invitations').text)
            s.start(kind='invitations', per_minute='600')
            texts = s.wait_done()
            self.assertEqual({m.to for m in s.mail.messages}, set(tokens) - set(done))
            self.assertEqual((texts['done'], texts['waiting']), ('12', '0'))
            page = s.browser.get(s.mailing())
            rows = rows_of(page)
            self.assertEqual({r[0] for r in rows}, set(tokens))
            self.assertEqual({(r[1], r[3]) for r in rows}, {('accepted', '')})
            self.assertNotIn('No longer needed', page.text)
            self.assertIn('listed as accepted all the same', page.text)
            self.assertEqual(len(change(s, 'SELECT DISTINCT state, attempts, sentence, moment % 60 FROM delivery')), 1)
            self.assertEqual(change(s, 'SELECT spared FROM mailing'), [(0,)])
            held = {re.sub(r'staff\d+|Sam [^"]*|"\d{4}-[^"]*"|"(id|code)": "[^"]*"', '', s.here.run(
                'people', 'export', 'tale', a)[0].split('"mails"')[1]) for a in (done[0], 'staff1@north.example')}
            self.assertEqual(len(held), 1, held)

    def test_the_pace_does_not_tell_either(self):
        with Scene(people(6, 'north')) as s:
            for row in s.here.links('tale', 'personal'):
                Browser(s.here.url).fill(row['token'], ANSWERS)
            begun = time.time()
            s.start(kind='invitations', per_minute='120')
            s.wait_done()
            self.assertGreater(time.time() - begun, 2)
            self.assertEqual(s.mail.messages, [])


class NotAllInvited(unittest.TestCase):
    def test_after_a_mailing_that_was_ended_invitations_are_still_proposed_and_reminders_warn(self):
        with Scene(people(20, 'north')) as s:
            self.assertEqual(chosen(s.get('send')), 'invitations')
            s.start(kind='invitations', per_minute='300')
            s.mail.wait(3)
            submit(s.browser, s.browser.get(s.mailing()), s.mailing(), button='pause')
            submit(s.browser, s.browser.get(s.mailing()), s.mailing(), button='end')
            self.assertEqual(chosen(s.get('send')), 'invitations')
            for kind in ('reminders', 'everyone'):
                self.assertRegex(s.preview(kind=kind).text, r'1\d of these people were never sent an invitation by mail')
            time.sleep(1.1)  # two that began in the same second have no order
            s.start(kind='invitations', per_minute='60000')
            s.wait_done()
            self.assertEqual(chosen(s.get('send')), 'reminders')
            self.assertNotIn('never sent an invitation', s.preview(kind='reminders').text)

    def test_an_ended_mailing_says_so(self):
        with Scene(people(20, 'north'), mail_retry_seconds=300) as s:
            s.mail.later = {'staff%d@north.example' % i: ['451 4.3.0 later please'] * 9 for i in range(20)}
            s.start(kind='invitations', per_minute='300')
            end = time.time() + 20
            while len(s.mail.asked) < 3 and time.time() < end:
                time.sleep(0.05)
            submit(s.browser, s.browser.get(s.mailing()), s.mailing(), button='pause')
            page = submit(s.browser, s.browser.get(s.mailing()), s.mailing(), button='end')
            self.assertIn('Ended early: 0 of 20', page.text)
            self.assertIn('Not sent', page.text)
            for words in ('Finished', 'Still to send', 'tried again by themselves', 'next try', 'asked again'):
                self.assertNotIn(words, page.text)
            self.assertEqual((s.texts(s.mailing())['waiting'], s.texts(s.mailing())['retries']), ('20', '0'))


class TooLate(unittest.TestCase):
    def over(self, s):
        change(s, "UPDATE wave SET until = '2020-01-31'")

    def test_watch_and_the_overview_say_that_it_is_over_and_what_to_do(self):
        with Scene(people(6, 'north')) as s:
            self.assertIn('is open until', s.get('watch').text)
            self.over(s)
            page = s.get('watch')
            self.assertNotIn('is open until', page.text)
            self.assertIn('31 January 2020: nobody can answer any more', page.text)
            for way in ('/waves/1/extend', '/waves/1/close'):
                self.assertIn(WORK + way, page.text)
            page = s.browser.get(WORK)
            self.assertNotIn('Watch the answers come in', page.text)
            self.assertIn(WORK + '/waves/1/extend', page.text)
            self.assertIn(WORK + '/waves/1/close', page.text)

    def test_nothing_is_previewed_or_started(self):
        with Scene(people(6, 'north')) as s:
            form, preview = s.get('send'), s.preview(kind='invitations')
            self.over(s)
            for page in (submit(s.browser, form, WORK + '/send', {'kind': 'invitations'}, button='preview'),
                         submit(s.browser, preview, WORK + '/send', button='start'), s.get('send')):
                self.assertIn('nobody can answer any more, and no mail is sent', page.text)
                self.assertNotIn('Send now', page.text)
            self.assertEqual(change(s, 'SELECT count(*) FROM mailing'), [(0,)])

    def test_a_mailing_that_comes_to_it_says_why_it_stands(self):
        with Scene(people(6, 'north')) as s:
            s.start(kind='invitations', per_minute='120')
            s.mail.wait(1)
            self.over(s)
            page = wait_for(s, 'Paused by the server')
            self.assertIn('The last day of the wave (31 January 2020) has passed', page.text)
            change(s, "UPDATE wave SET until = '2099-01-31'")
            submit(s.browser, page, s.mailing(), button='resume')
            s.wait_done()
            self.assertEqual(len({m.to for m in s.mail.messages}), 6)
            self.assertNotIn('has passed', s.browser.get(s.mailing()).text)

    def test_a_missing_key_is_said(self):
        with Scene(people(6, 'north')) as s:
            s.start(kind='invitations', per_minute='120')
            s.mail.wait(1)
            folder = s.here.path('var/keys')
            keys = [f for f in os.listdir(folder) if f.startswith('wave')]
            for f in keys:
                os.rename(os.path.join(folder, f), os.path.join(folder, 'x' + f))
            page = wait_for(s, 'Paused by the server')
            self.assertIn('The key of this wave is missing', page.text)
            for f in keys:
                os.rename(os.path.join(folder, 'x' + f), os.path.join(folder, f))
            submit(s.browser, page, s.mailing(), button='resume')
            s.wait_done()


class Server(unittest.TestCase):
    def test_a_sender_that_is_not_allowed_pauses_it_with_the_servers_words(self):
        with Scene(people(6, 'north')) as s:
            s.mail.sender = '550 5.7.1 sender not allowed'
            s.start(kind='invitations', per_minute='60000')
            page = wait_for(s, 'Paused by the server')
            self.assertIn('does not let us send', page.text)
            self.assertIn('550 5.7.1 sender not allowed', page.text)
            self.assertNotIn('by itself', page.text)
            self.assertNotIn('by themselves', page.text)

    def test_what_the_server_did_not_say_is_said_in_our_words(self):
        with Scene(people(2, 'north'), mail_timeout_seconds=1) as s:
            s.mail.delay = 2.5
            s.start(kind='invitations', per_minute='60000')
            s.wait_done()
            rows = rows_of(s.browser.get(s.mailing()))
            self.assertEqual({(r[1], r[3]) for r in rows}, {('unknown', 'the mail server did not answer in time')})
            self.assertIn('the mail server did not answer in time', s.browser.get(s.mailing() + '/outcomes.csv').text)
            submit(s.browser, s.browser.get('/account'), '/account', {'language': 'fr'})
            self.assertIn('le serveur de messagerie n’a pas répondu à temps', s.browser.get(s.mailing()).text)
            self.assertRegex(s.browser.get(s.mailing()).text, r'\d{4} à \d{1,2}\u00a0h\u00a0\d\d')
            s.mail.close()
            page = submit(s.browser, s.preview(kind='everyone'), WORK + '/send', button='test')
            self.assertIn('le serveur de messagerie n’a pas pu être joint', page.text)

    def test_a_late_answer_is_not_taken_for_the_next_persons(self):
        with Scene(people(6, 'north'), mail_timeout_seconds=1) as s:
            slow = [2.5]

            def on_message(_):
                s.mail.delay = slow.pop() if slow else 0
            s.mail.on_message = on_message
            s.start(kind='invitations', per_minute='60')  # the late answer is there before the next mail
            s.mail.wait(6)
            s.wait_done()
            self.assertEqual(sorted(r[1] for r in rows_of(s.browser.get(s.mailing()))), ['accepted'] * 5 + ['unknown'])
            self.assertEqual(len(s.mail.asked), 6, 'somebody had to be asked twice')

    def test_one_address_that_is_put_off_does_not_hold_up_another_mailing(self):
        with Scene(people(6, 'north'), mail_retry_seconds=300) as s:
            s.mail.later = {'staff2@north.example': ['451 4.3.0 greylisted'] * 9}
            s.start(kind='invitations', per_minute='60000')
            page = wait_for(s, 'the next try is')
            self.assertIn('451 4.3.0 greylisted', page.text)
            s.mail.wait(5)
            end = time.time() + 20
            while 'A mailing is under way' in s.get('send').text and time.time() < end:  # till the last of the five is noted
                time.sleep(0.1)
            page = s.get('send')
            self.assertNotIn('A mailing is under way', page.text)
            self.assertRegex(page.text, r'1 mail was put off by its mail server; the next try is .*\d')
            self.assertEqual(chosen(page), 'reminders')
            s.start(kind='everyone', per_minute='60000')
            s.wait_done()
            self.assertEqual(len(s.mail.messages), 10)
            self.assertEqual(s.mail.to('staff2@north.example'), [])
            self.assertEqual(s.mail.asked.count('staff2@north.example'), 1)
            page = s.preview(kind='invitations')
            self.assertIn('nobody left', page.text)


if __name__ == '__main__':
    unittest.main()
