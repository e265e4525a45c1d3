"""What became of each mail; what a mail looks like before it is sent; mails that came back."""
import csv
import io
import json
import os
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser
from support.scene import ANSWERS
from support.workspace import submit, upload
from web.test_reach import CANARY, WORK, Scene, people


def rows_of(page):
    """The table of people: (address, outcome, when, sentence), as texts."""
    table = re.search(r'<table.*?</table>', page.text[page.text.index('Who was written to'):], re.S)
    if not table:
        return []
    found = []
    for row in re.findall(r'<tr[^>]*>(.*?)</tr>', table.group(), re.S)[1:]:
        cells = re.findall(r'<t[hd][^>]*>(.*?)</t[hd]>', row, re.S)
        found.append(tuple(re.sub(r'<[^>]*>', '', c).strip() for c in cells))
    return found


def follow(s, page, words):
    """The page behind the link with these words."""
    href = re.search(r'<a[^>]*href="?([^" >]+)"?[^>]*>%s' % re.escape(words), page.text).group(1)
    return s.browser.get(href.replace('&amp;', '&'))


class Outcomes(unittest.TestCase):
    def test_everyone_is_listed_with_the_outcome_a_hundred_a_page(self):
        with Scene(people(205, 'north')) as s:
            s.mail.refuse = {'staff%d@north.example' % i: '550 5.1.1 no such user ' + CANARY for i in (3, 33)}
            s.start(kind='invitations', per_minute='60000')
            s.wait_done(60)
            page, seen = s.browser.get(s.mailing()), []
            for n in (100, 100, 5):
                rows = rows_of(page)
                self.assertEqual(len(rows), n)
                seen += rows
                if n == 100:
                    page = follow(s, page, 'Next page')
            self.assertNotIn('Next page', page.text)
            self.assertEqual([r[0] for r in rows_of(follow(s, page, 'First page'))], [r[0] for r in seen[:100]])
            self.assertEqual(sorted(r[0] for r in seen), sorted('staff%d@north.example' % i for i in range(205)))
            refused = [r for r in seen if r[1] == 'refused']
            self.assertEqual({r[0] for r in refused}, {'staff3@north.example', 'staff33@north.example'})
            self.assertTrue(all('no such user &lt;script&gt;' in r[3] for r in refused))
            self.assertEqual(len([r for r in seen if r[1] == 'accepted']), 203)
            self.assertTrue(all(re.search(r'\d', r[2]) for r in seen), 'each has its moment')
            page = follow(s, s.browser.get(s.mailing()), 'refused (2)')
            self.assertEqual(rows_of(page), refused)

    def test_the_list_comes_as_a_file_that_no_spreadsheet_runs(self):
        with Scene(people(6, 'north').replace('Sam ', '=cmd() ')) as s:
            s.mail.refuse = {'staff2@north.example': '550 5.1.1 no such user'}
            s.start(kind='invitations', per_minute='60000')
            s.wait_done()
            got = s.browser.get(s.mailing() + '/outcomes.csv')
            self.assertIn('attachment', got.headers['Content-Disposition'])
            self.assertIn('text/csv', got.headers['Content-Type'])
            rows = list(csv.reader(io.StringIO(got.text.lstrip('\ufeff'))))
            self.assertEqual(rows[0], ['Address', 'Name', 'Organisation', 'Outcome', 'When', 'Tries', 'What the mail server said'])
            self.assertEqual(len(rows), 7)
            by = {r[0]: r for r in rows[1:]}
            self.assertEqual(by['staff2@north.example'][3], 'refused')
            self.assertIn('no such user', by['staff2@north.example'][6])
            self.assertEqual(by['staff1@north.example'][3], 'accepted')
            self.assertRegex(by['staff1@north.example'][4], r'^\d{4}-\d\d-\d\d \d\d:\d\d$')
            self.assertTrue(all(r[1].startswith("'=cmd") for r in rows[1:]))
            self.assertEqual(len(list(csv.reader(io.StringIO(
                s.browser.get(s.mailing() + '/outcomes.csv?outcome=refused').text)))), 2)

    def test_put_off_and_not_sent_are_said_with_when_it_is_tried_again(self):
        with Scene(people(6, 'north'), mail_retry_seconds=300) as s:
            s.mail.later = {'staff2@north.example': ['451 4.3.0 greylisted, later please'] * 9}
            s.start(kind='invitations', per_minute='60000')
            s.mail.wait(5)
            end, rows = time.time() + 20, {}
            while rows.get('staff2@north.example', ('',) * 4)[1] != 'put off' and time.time() < end:
                rows = {r[0]: r for r in rows_of(s.browser.get(s.mailing()))}
            self.assertRegex(rows['staff2@north.example'][2], r'^again .*\d')
            self.assertIn('greylisted', rows['staff2@north.example'][3])
            page = submit(s.browser, s.browser.get(s.mailing()), s.mailing(), button='pause')
            page = submit(s.browser, s.browser.get(s.mailing()), s.mailing(), button='end')
            rows = {r[0]: r for r in rows_of(s.browser.get(s.mailing()))}
            self.assertEqual(rows['staff2@north.example'][1], 'not sent')
            self.assertEqual(sum(r[1] == 'accepted' for r in rows.values()), 5)

    def test_who_opts_out_before_their_turn_is_listed_as_not_sent(self):
        with Scene(people(6, 'north')) as s:
            s.mail.delay = 0.5
            s.start(kind='invitations', per_minute='60')
            s.mail.wait(1)
            waiting = [r[0] for r in rows_of(s.browser.get(s.mailing())) if r[1] == 'still to send']
            for address in waiting:  # whoever of them it is not on the way to
                s.here.run('people', 'contact', 'tale', address, '--opted-out')
            s.wait_done(60)
            outcomes = {r[0]: r[1] for r in rows_of(s.browser.get(s.mailing()))}
            self.assertEqual({a for a, o in outcomes.items() if o == 'accepted'}, {m.to for m in s.mail.messages})
            self.assertIn('not sent', outcomes.values())


class Reminders(unittest.TestCase):
    """A reminder to those who have not answered names nobody, whatever happens to its mails."""

    def test_no_page_and_no_file_names_anybody_of_a_reminder(self):
        with Scene(people(12, 'north'), mail_retry_seconds=1) as s:
            s.start(kind='invitations', per_minute='60000')
            s.wait_done()
            for m in s.mail.messages[:6]:
                Browser(s.here.url).fill(m.token, ANSWERS)
            left, done = [m.to for m in s.mail.messages[6:]], s.mail.messages[0].to
            s.mail.refuse = {left[0]: '550 5.1.1 <%s> no such user' % left[0]}
            s.mail.later = {left[1]: ['451 4.3.0 <%s> later' % left[1]] * 2}
            s.start(kind='reminders', per_minute='60000')
            address, seen = s.mailing(), ''
            while 'Finished' not in seen:
                seen = s.browser.get(address + '/progress').text
                page = s.browser.get(address).text
                for text in (seen, page):
                    self.assertNotRegex(text, r'staff\d+@')
                    self.assertNotIn('no such user', text)
            self.assertIn('would tell who has', s.browser.get(address).text)
            for more in ('?outcome=refused', '?outcome=accepted', '?after=' + '0' * 32):
                self.assertNotRegex(s.browser.get(address + more).text, r'staff\d+@')
            self.assertEqual(s.browser.get(address + '/outcomes.csv').status, 404)
            out, _ = s.here.run('mail', 'list', 'tale')
            self.assertNotIn(left[0], out)
            held = set()
            for person in (left[0], left[1], left[2], done):  # what is held about them says the same of each
                out, _ = s.here.run('people', 'export', 'tale', person)
                held.add(re.sub(r'"\d{4}-\d\d-\d\d[^"]*"', '', json.dumps(json.loads(out)['mails'][-1])))
            self.assertEqual(len(held), 1, held)

    def test_who_could_not_be_invited_is_not_reminded_but_invited_anew(self):
        """Else the reminder's count of refusals would tell whether somebody with a bad address has answered."""
        with Scene(people(12, 'north')) as s:
            s.mail.refuse = {'staff3@north.example': '550 5.1.1 no such user'}
            tokens = {r['email']: r['token'] for r in s.here.links('tale', 'personal')}
            s.start(kind='invitations', per_minute='60000')
            s.wait_done()
            for answered in (False, True):
                if answered:
                    Browser(s.here.url).fill(tokens['staff3@north.example'], ANSWERS)
                s.start(kind='reminders', per_minute='60000')
                texts = s.wait_done()
                self.assertEqual((texts['refused'], texts['done']), ('0', '11'))
            s.mail.refuse = {}
            self.assertIn('It goes to 1 person', s.preview(kind='invitations').text)

    def test_everybody_is_listed_of_a_reminder_to_everybody(self):
        with Scene(people(6, 'north')) as s:
            s.start(kind='everyone', per_minute='60000')
            s.wait_done()
            self.assertEqual(len(rows_of(s.browser.get(s.mailing()))), 6)


class Preview(unittest.TestCase):
    ORGANISATIONS = 'code,name\nnorth,North House\nouest,Maison de l’Ouest\n'

    def test_a_real_recipient_of_each_language_is_shown_and_no_link_works(self):
        roster = people(5, 'north') + people(5, 'ouest', 'fr').replace('Sam', 'Élodie')
        with Scene(roster, self.ORGANISATIONS) as s:
            tokens = [r['token'] for r in s.here.links('tale', 'personal')]
            for kind in ('invitations', 'reminders', 'everyone'):
                page = s.preview(kind=kind)
                self.assertEqual(page.text.count('class=reach-envelope') + page.text.count('class="reach-envelope"'), 2)
                self.assertIn('staff0@north.example', page.text)
                self.assertIn('staff0@ouest.example', page.text)
                for words in ('North House', 'Maison de l’Ouest', 'Élodie', 'Équipe de soutien', '/s/••••', '/stop/••••',
                              'Hello Sam', 'Bonjour Élodie'):
                    self.assertIn(words, page.text)
                self.assertFalse([t for t in tokens if t in page.text])
                self.assertNotRegex(page.text, r'/(s|stop)/[0-9A-Za-z]')
            self.assertEqual(s.mail.messages, [])

    def test_the_mail_of_a_chosen_organisation_is_shown(self):
        roster = people(5, 'north') + people(5, 'ouest')
        with Scene(roster, self.ORGANISATIONS) as s:
            page = s.preview(kind='invitations')
            self.assertIn('staff0@north.example', page.text)
            first = re.search(r'name="?mailing"? value="?([0-9a-f]{32})', page.text).group(1)
            answers = {'organisation': 'ouest', 'kind': 'invitations', 'per_minute': '60', 'subject': '', 'body': '',
                       'mailing': first, 'step': 'preview'}
            page = submit(s.browser, s.get('send'), WORK + '/send', answers, button='preview')
            self.assertIn('staff0@ouest.example', page.text)
            self.assertIn('Maison de l’Ouest', page.text)
            self.assertNotIn('staff0@north.example', page.text)
            self.assertIn(first, page.text)  # still the same mailing: a second click finds the first one's

    def test_an_invitation_is_previewed_with_somebody_who_will_get_it(self):
        with Scene(people(6, 'north')) as s:
            s.mail.refuse = {'staff4@north.example': '550 5.1.1 not now'}
            s.start(kind='invitations', per_minute='60000')
            s.wait_done()
            page = s.preview(kind='invitations')
            self.assertIn('staff4@north.example', page.text)
            self.assertNotIn('staff0@', page.text)

    def test_a_reminders_example_is_the_same_whoever_has_answered(self):
        with Scene(people(8, 'north')) as s:
            shown = []
            for row in [None] + s.here.links('tale', 'personal'):
                if row:
                    Browser(s.here.url).fill(row['token'], ANSWERS)
                shown.append(re.findall(r'staff\d+@', s.preview(kind='reminders').text))
            self.assertEqual(len({tuple(x) for x in shown}), 1, shown)

    def test_without_people_an_example_is_shown_and_said_to_be_one(self):
        with Scene('') as s:
            page = s.get('send')
            self.assertIn('An example: there are no people to write to yet', page.text)
            self.assertIn('Alex Example', page.text.replace('Camille', 'Alex'))
            self.assertIn('A tale', page.text)
            self.assertIn('Équipe de soutien', page.text)
            s.here.run('wave', 'close', 'tale', '--yes')
            self.assertIn('An example: there are no people to write to yet', s.get('send').text)


class Returned(unittest.TestCase):
    MAIL = ('Return-Path: <>\r\nMessage-ID: <20260101.staff9@north.example>\r\nFrom: MAILER-DAEMON@mx.example\r\n\r\n'
            'Délivrance échouée :\r\nFinal-Recipient: rfc822; staff1@north.example\r\n'
            '<staff2@nor=\r\nth.example>: no such user\r\nSTAFF1@NORTH.EXAMPLE again; stranger@else.example, staff5@north.example\r\n')

    def check(self, content, name):
        with Scene(people(10, 'north')) as s:
            s.here.run('people', 'contact', 'tale', 'staff5@north.example', '--opted-out')
            page = upload(s.browser, s.get('bounces'), WORK + '/bounces', 'file', name, content, {'step': 'mark', 'pasted': ''})
            self.assertEqual(page.status, 200, page.text[:400])
            self.assertIn('2 addresses were marked', page.text)
            self.assertIn('1 address was not to be written to before already', page.text)
            self.assertIn('2 other addresses are not on your list', page.text)
            for address in ('staff1@north.example', 'staff2@north.example', 'staff5@north.example', 'stranger@else.example',
                            'MAILER-DAEMON@mx.example'):
                self.assertIn('<li>%s' % address, page.text)
            self.assertNotIn('staff9@', page.text)  # the number of a message is no address
            again = upload(s.browser, s.get('bounces'), WORK + '/bounces', 'file', name, content, {'step': 'mark', 'pasted': ''})
            self.assertIn('0 addresses were marked', again.text)
            self.assertIn('3 addresses were not to be written to before already', again.text)
            self.assertIn('7 people', s.preview(kind='everyone').text)

    def test_a_mail_is_uploaded(self):
        self.check(self.MAIL.encode(), 'returned.eml')

    def test_as_windows_writes_it(self):
        self.check(self.MAIL.encode('cp1252'), 'returned.txt')

    def test_as_utf_16_with_and_without_a_mark(self):
        self.check(self.MAIL.encode('utf-16'), 'returned.txt')
        self.check(self.MAIL.encode('utf-16-le'), 'returned.txt')

    def test_a_mailbox_of_four_megabytes(self):
        with Scene(people(300, 'north')) as s:
            box = b''.join(b'From MAILER-DAEMON\nTo: team@support.example\n\n<staff%d@north.example>: gone\n%s\n'
                           % (i, b'x' * 13500) for i in range(300))
            page = upload(s.browser, s.get('bounces'), WORK + '/bounces', 'file', 'all.mbox', box, {'step': 'mark', 'pasted': ''})
            self.assertIn('300 addresses were marked', page.text)
            self.assertIn('And 100 more', page.text)
            page = submit(s.browser, page, WORK + '/bounces', button='undo')
            self.assertIn('written to again: 300', page.text)


if __name__ == '__main__':
    unittest.main()
