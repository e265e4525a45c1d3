"""Reaching people through the pages: mailings, links, posters, shared devices, opting out, watching."""
import csv
import datetime
import http.client
import io
import json
import os
import re
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import openpyxl

from support import qr, smtp
from support.readiness import Browser, Installation
from support.scene import ANSWERS, STORY, answered
from support.workspace import add_user, submit, token_of

CANARY = '<script>alert(1)</script><img src=x onerror=alert(2)>'
WORK = '/assessments/tale'


def people(n, organisation, language=''):
    return ''.join('staff%d@%s.example,%s,%s,%s\n' % (i, organisation, organisation, language, 'Sam ' + CANARY)
                   for i in range(n))


def left_behind(process):
    """Folders for a workbook that this process has left."""
    return [f for place in ('/dev/shm', '/tmp') for f in os.listdir(place) if f.startswith('readiness-%d-' % process)]


class Scene:
    """The assessment `tale` with an open wave, a mail server, a running server, and Claire signed in."""

    def __init__(self, roster, organisations='code,name\nnorth,North House\n', wave=(), **settings):
        self.mail = smtp.Server()
        self.here = Installation(**self.mail.settings(**settings))
        run = self.here.run
        run('assessment', 'new', 'tale', '--instrument', STORY, '--title', 'A tale ' + CANARY)
        self.here.write('organisations.csv', organisations)
        run('organisation', 'import', 'tale', 'organisations.csv')
        if roster:
            self.here.write('people.csv', 'email,organisation,language,name\n' + roster)
            run('people', 'import', 'tale', 'people.csv')
        until = (datetime.date.today() + datetime.timedelta(days=20)).isoformat()
        run('wave', 'open', 'tale', '--label', 'Baseline', '--until', until, *wave)
        self.here.serve()
        self.browser = add_user(self.here, 'claire@support.example')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.mail.close()
        status = self.here.stop()  # the sanitizers speak at the end
        self.here.__exit__()
        if status:
            raise AssertionError('the server ended with %d' % status)

    def get(self, page):
        return self.browser.get(WORK + '/' + page)

    def preview(self, **answers):
        return submit(self.browser, self.get('send'), WORK + '/send', answers, button='preview')

    def start(self, **answers):
        """Previews, starts; returns the page of the mailing."""
        return submit(self.browser, self.preview(**answers), WORK + '/send', button='start')

    def mailing(self):
        """The address of the newest mailing."""
        return WORK + '/send/' + re.search(r'/send/([0-9a-f]{32})', self.get('send').text).group(1)

    def texts(self, address):
        return json.loads(self.browser.get(address + '/progress').text)['texts']

    def wait_done(self, seconds=30):
        address, end = self.mailing(), time.time() + seconds
        while 'Finished' not in self.texts(address)['state']:
            if time.time() > end:
                raise AssertionError(self.texts(address))
            time.sleep(0.05)
        return self.texts(address)


class Mailings(unittest.TestCase):
    def test_forty_invitations_are_sent_from_the_page_after_a_preview(self):
        with Scene(people(30, 'north') + people(10, 'north', 'fr').replace('staff', 'equipe')) as s:
            page = s.preview(kind='invitations', per_minute='60000')
            self.assertIn('40 people', page.text)
            self.assertIn('/s/••••', page.text)  # nobody's link
            self.assertIn('Bonjour', page.text)
            self.assertEqual(s.mail.messages, [])
            s.start(kind='invitations', per_minute='60000')
            s.mail.wait(40)
            self.assertEqual(s.wait_done()['done'], '40')
            self.assertEqual(len({m.to for m in s.mail.messages}), 40)
            self.assertEqual(len({m.token for m in s.mail.messages}), 40)
            self.assertIn('equipe0@north.example', {m.to for m in s.mail.messages if 'Bonjour' in m.text})
            page = s.preview(kind='invitations')
            self.assertIn('nobody left', page.text)
            self.assertNotIn('value=start', page.text)

    def test_a_second_click_starts_nothing_however_late_it_comes(self):
        with Scene(people(12, 'north')) as s:
            page = s.preview(kind='everyone', per_minute='60000')
            got = []
            clicks = [threading.Thread(target=lambda: got.append(submit(s.browser, page, WORK + '/send', button='start')))
                      for _ in range(2)]
            [c.start() for c in clicks]
            [c.join() for c in clicks]
            s.wait_done()
            late = submit(s.browser, page, WORK + '/send', button='start')
            time.sleep(0.5)
            self.assertEqual([p.status for p in got + [late]], [200, 200, 200])
            self.assertEqual(len(s.mail.messages), 12)
            self.assertEqual(s.get('send').text.count('<th scope=row '), 1)

    def test_two_pages_at_once_start_one_mailing(self):
        with Scene(people(12, 'north'), mail_per_minute=60000) as s:
            pages = [s.preview(kind='invitations'), s.preview(kind='everyone')]
            got = []
            clicks = [threading.Thread(target=lambda p=p: got.append(submit(s.browser, p, WORK + '/send', button='start')))
                      for p in pages]
            s.mail.delay = 0.2
            [c.start() for c in clicks]
            [c.join() for c in clicks]
            self.assertEqual([p.status for p in got], [200, 200])
            s.mail.wait(12)
            time.sleep(0.5)
            self.assertEqual(len(s.mail.messages), 12)

    def test_a_mailing_is_paused_and_resumed(self):
        with Scene(people(30, 'north')) as s:
            s.start(kind='invitations', per_minute='600')
            s.mail.wait(3)
            address = s.mailing()
            page = submit(s.browser, s.browser.get(address), address, button='pause')
            self.assertIn('Paused', page.text)
            time.sleep(0.5)
            n = len(s.mail.messages)
            time.sleep(0.6)
            self.assertEqual(len(s.mail.messages), n)
            self.assertLess(n, 30)
            submit(s.browser, page, address, button='resume')
            s.mail.wait(30)
            s.wait_done()
            self.assertEqual(len(s.mail.to('staff7@north.example')), 1)

    def test_a_paused_mailing_can_be_ended_and_the_rest_invited_by_another(self):
        with Scene(people(30, 'north')) as s:
            s.start(kind='invitations', per_minute='600')
            s.mail.wait(3)
            address = s.mailing()
            page = submit(s.browser, s.browser.get(address), address, button='pause')
            submit(s.browser, page, address, button='end')
            time.sleep(1.1)  # two that began in the same second have no order
            s.start(kind='invitations', per_minute='60000')
            s.mail.wait(30)
            s.wait_done()
            self.assertEqual(sorted(m.to for m in s.mail.messages), sorted({m.to for m in s.mail.messages}))

    def test_refusals_are_shown_with_the_servers_sentence_as_text(self):
        with Scene(people(8, 'north')) as s:
            s.mail.refuse = {'staff3@north.example': '550 5.1.1 no such user ' + CANARY}
            s.start(kind='invitations', per_minute='60000')
            self.assertEqual(s.wait_done()['refused'], '1')
            page = s.browser.get(s.mailing())
            self.assertIn('staff3@north.example', page.text)
            self.assertIn('no such user &lt;script&gt;', page.text)
            self.assertNotIn('<img', page.text)

    def test_passing_trouble_is_tried_again(self):
        with Scene(people(6, 'north')) as s:
            s.mail.later = {'staff2@north.example': ['451 4.3.0 later please']}
            s.start(kind='invitations', per_minute='60000')
            self.assertEqual(s.wait_done()['done'], '6')
            self.assertEqual(len(s.mail.to('staff2@north.example')), 1)

    def test_reminders_go_to_those_who_have_not_answered(self):
        with Scene(people(10, 'north')) as s:
            s.start(kind='invitations', per_minute='60000')
            s.wait_done()
            answered = s.mail.messages[:5]
            for m in answered:
                Browser(s.here.url).fill(m.token, ANSWERS)
            self.assertIn('5 of the 10 people', s.get('watch').text)
            page = s.preview(kind='reminders', per_minute='60000')
            self.assertIn('5 people', page.text)
            s.mail.messages.clear()
            submit(s.browser, page, WORK + '/send', button='start')
            texts = s.wait_done()
            self.assertEqual(len(s.mail.messages), 5)
            self.assertFalse({m.to for m in answered} & {m.to for m in s.mail.messages})
            self.assertEqual(texts['done'], '5')
            end = time.time() + 10  # the total is written when the mailing has ended
            while 'No longer needed' not in s.browser.get(s.mailing()).text and time.time() < end:
                time.sleep(0.1)
            self.assertIn('No longer needed', s.browser.get(s.mailing()).text)

    def test_changing_one_person_tells_nothing_about_that_person(self):
        """The count of those who have not answered must be the same whoever is marked as returned."""
        with Scene(people(10, 'north')) as s:
            s.start(kind='invitations', per_minute='60000')
            s.wait_done()
            for message in s.mail.messages[:6]:
                Browser(s.here.url).fill(message.token, ANSWERS)
            before = s.preview(kind='reminders').text.count('4 people'), s.get('watch').text.count('4 of the 10')
            for message in (s.mail.messages[0], s.mail.messages[7]):
                s.here.run('people', 'contact', 'tale', message.to, '--bounced')
                after = s.preview(kind='reminders').text.count('4 people'), s.get('watch').text.count('4 of the 10')
                self.assertEqual(before, after)
                s.here.run('people', 'contact', 'tale', message.to, '--good')
            self.assertGreater(before[0] + before[1], 1)

    def test_reminders_to_everybody_tell_nothing(self):
        with Scene(people(6, 'north')) as s:
            s.start(kind='invitations', per_minute='60000')
            s.wait_done()
            Browser(s.here.url).fill(s.mail.messages[0].token, ANSWERS)
            s.start(kind='everyone', per_minute='60000')
            s.mail.wait(12)
            self.assertEqual(len(s.mail.messages), 12)

    def test_own_text_is_checked_and_sent(self):
        with Scene(people(5, 'north')) as s:
            page = s.preview(kind='invitations', subject='Please', body='No link here.')
            self.assertIn('{link}', page.text)
            self.assertIn('class="problems', page.text.replace('class=problems', 'class="problems'))
            self.assertIn('No link here.', page.text)  # what was typed is still there
            own = 'Dear {name}, ' + CANARY + ' {link} {opt_out}'
            page = s.preview(kind='invitations', subject='Ours', body=own)
            self.assertNotIn('<img', page.text)
            self.assertIn('&lt;img', page.text)
            back = submit(s.browser, page, WORK + '/send', button='change')
            self.assertIn('Dear {name}', back.text)
            submit(s.browser, page, WORK + '/send', button='start')
            s.mail.wait(5)
            self.assertEqual({m['Subject'] for m in s.mail.messages}, {'Ours'})
            self.assertTrue(all(CANARY in m.text for m in s.mail.messages))

    def test_a_test_mail_goes_to_oneself_only_and_its_trouble_is_told(self):
        with Scene(people(5, 'north')) as s:
            page = submit(s.browser, s.preview(kind='invitations'), WORK + '/send', button='test')
            self.assertIn('on its way to claire@support.example', page.text)
            self.assertEqual([m.to for m in s.mail.messages], ['claire@support.example'])
            self.assertIn('00000000000000000000000000', s.mail.messages[0].text)
            s.mail.refuse = {'claire@support.example': '550 5.7.1 not you'}
            page = submit(s.browser, page, WORK + '/send', button='test')
            self.assertIn('not you', page.text)
            submit(s.browser, page, WORK + '/send', button='start')  # and it can still be started from there
            s.mail.wait(6)

    def test_without_mail_the_page_says_what_is_missing(self):
        with Installation() as here:
            here.run('assessment', 'new', 'tale', '--instrument', STORY, '--title', 'T')
            here.serve()
            browser = add_user(here, 'claire@support.example')
            page = browser.get(WORK + '/send')
            self.assertEqual(page.status, 200)
            self.assertIn('[mail]', page.text)
            self.assertIn(WORK + '/links', page.text)
            self.assertEqual(browser.post(WORK + '/send', [('token', token_of(page)), ('step', 'start')]).status, 200)

    def test_a_mailing_of_another_assessment_is_not_found(self):
        with Scene(people(5, 'north')) as s:
            s.here.run('assessment', 'new', 'other', '--instrument', STORY, '--title', 'O')
            s.start(kind='invitations', per_minute='60000')
            s.wait_done()
            address = s.mailing()
            self.assertEqual(s.browser.get(address.replace('tale', 'other')).status, 404)
            self.assertEqual(s.browser.get(WORK + '/send/' + '0' * 32).status, 404)
            self.assertEqual(s.browser.get(WORK + '/send/nonsense').status, 404)


class OptingOut(unittest.TestCase):
    def test_opening_the_link_changes_nothing_and_its_button_does(self):
        with Scene(people(8, 'north')) as s:
            s.start(kind='invitations', per_minute='60000')
            s.wait_done()
            one = s.mail.messages[0]
            visitor = Browser(s.here.url)
            for _ in range(20):
                page = visitor.get('/stop/' + one.stop)
                visitor.request('HEAD', '/stop/' + one.stop)
            self.assertIn('8 people can be written to', s.get('send').text)
            done = visitor.post('/stop/' + one.stop, [])
            self.assertEqual((page.status, done.status), (200, 200))
            self.assertIn('no more mail', done.text)
            self.assertIn('7 people can be written to', s.get('send').text)
            self.assertIn('1 person wants no more mail', s.get('send').text)
            self.assertNotIn(one.to, s.get('send').text)
            s.mail.messages.clear()
            s.start(kind='everyone', per_minute='60000')
            s.wait_done()
            self.assertNotIn(one.to, {m.to for m in s.mail.messages})
            self.assertIn('Start', visitor.get('/s/' + one.token).text)  # the link still works

    def test_an_unknown_link_changes_nothing(self):
        with Scene(people(5, 'north')) as s:
            visitor = Browser(s.here.url)
            self.assertEqual(visitor.get('/stop/' + 'A' * 48).status, 200)
            self.assertEqual(visitor.post('/stop/' + 'A' * 48, []).status, 404)
            self.assertIn('5 people can be written to', s.get('send').text)

    def test_returned_mails_mark_their_addresses_and_it_can_be_undone(self):
        with Scene(people(8, 'north')) as s:
            s.start(kind='invitations', per_minute='60000')
            s.wait_done()
            gone = s.mail.to('staff5@north.example')[0]
            Browser(s.here.url).post('/stop/' + gone.stop, [])
            pasted = ('Final-Recipient: rfc822; STAFF1@north.example\nTo: "Sam" <staff2@north.example>, '
                      "'staff5@north.example'.\nFrom: postmaster@elsewhere.example " + CANARY)
            page = submit(s.browser, s.get('bounces'), WORK + '/bounces', {'pasted': pasted})
            self.assertIn('2 addresses were marked', page.text)
            self.assertIn('1 other address', page.text)
            self.assertNotIn('<img', page.text)
            self.assertIn('5 people can be written to', s.get('send').text)
            submit(s.browser, page, WORK + '/bounces', button='undo')
            self.assertIn('7 people can be written to', s.get('send').text)  # who opted out stays so
            empty = submit(s.browser, s.get('bounces'), WORK + '/bounces', {'pasted': ''})
            self.assertIn('Choose a file, or paste', empty.text)


class Links(unittest.TestCase):
    ORGANISATIONS = ('code,name,language,headcount\nnorth,"North ' + CANARY.replace('"', '') + '",,\n'
                     'ouvert,Maison Ouverte,fr,30\n')

    def test_the_page_shows_open_links_and_no_personal_one(self):
        with Scene(people(6, 'north'), self.ORGANISATIONS) as s:
            page = s.get('links')
            for row in s.here.links('tale'):
                self.assertEqual(row['token'] in page.text, row['kind'] != 'personal', row)
                if row['kind'] != 'personal':
                    self.assertIn(row['code'], page.text)
            self.assertEqual(page.headers['Cache-Control'], 'no-store')
            self.assertNotIn('<img', page.text)
            shown = [s.here.url + '/s/' + row['token'] for row in s.here.links('tale') if row['kind'] != 'personal']
            self.assertEqual(sorted(qr.codes(page.text)), sorted(shown))

    def test_the_list_has_everything_for_a_mail_merge(self):
        with Scene(people(6, 'north'), self.ORGANISATIONS) as s:
            s.here.run('people', 'contact', 'tale', 'staff4@north.example', '--opted-out')
            got = s.get('links.csv')
            self.assertEqual(got.status, 200)
            self.assertEqual(got.headers['Cache-Control'], 'no-store')
            rows = list(csv.DictReader(io.StringIO(got.text.lstrip('\ufeff'))))
            self.assertEqual(list(rows[0]), ['Kind', 'Organisation code', 'Organisation', 'Unit', 'Name', 'E-mail address',
                                             'Language', 'Link', 'Code to type', 'Do not write'])
            personal = [r for r in rows if r['Kind'] == 'personal']
            self.assertEqual({r['Link'] for r in personal},
                             {s.here.url + '/s/' + r['token'] for r in s.here.links('tale', 'personal')})
            self.assertEqual([r['E-mail address'] for r in personal if r['Do not write']], ['staff4@north.example'])
            self.assertEqual({r['Organisation'] for r in rows if r['Kind'] == 'open'}, {'Maison Ouverte'})

    def test_the_workbook_holds_the_same_rows(self):
        with Scene(people(6, 'north'), self.ORGANISATIONS) as s:
            connection = http.client.HTTPConnection(s.browser.host)
            connection.request('GET', WORK + '/links.xlsx',
                               headers={'Cookie': '; '.join('%s=%s' % p for p in s.browser.cookies.items())})
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            self.assertEqual(answer.status, 200)
            self.assertIn('tale-Baseline.xlsx', answer.headers['Content-Disposition'])
            sheet = openpyxl.load_workbook(io.BytesIO(body)).active
            links = [row[7].value for row in sheet.iter_rows(min_row=2)]
            self.assertEqual(sorted(links), sorted(s.here.url + '/s/' + r['token'] for r in s.here.links('tale')))
            self.assertEqual(left_behind(s.here.server.pid), [])

    def test_whoever_proved_long_ago_who_they_are_is_asked_again_before_the_list(self):
        with Scene(people(6, 'north')) as s:
            s.here.query('UPDATE session SET signed_in = signed_in - 3600')
            for name in ('links.csv', 'links.xlsx'):
                page = s.get(name)
                self.assertIn('type=password', page.text)
                self.assertNotIn(s.here.links('tale')[0]['token'], page.text)

    def test_without_a_wave_the_pages_say_how_to_begin(self):
        with Installation() as here:
            here.run('assessment', 'new', 'tale', '--instrument', STORY, '--title', 'T')
            here.serve()
            browser = add_user(here, 'claire@support.example')
            for page in ('links', 'watch'):
                got = browser.get(WORK + '/' + page)
                self.assertEqual(got.status, 200)
                self.assertIn(WORK + '/waves', got.text)
            for page in ('poster', 'poster/north', 'links.csv', 'links.xlsx', 'watch.json'):
                self.assertEqual(browser.get(WORK + '/' + page).status, 404, page)

    def test_a_posters_code_works_when_it_is_typed_and_when_it_is_photographed(self):
        with Scene(people(6, 'north'), self.ORGANISATIONS) as s:
            page = s.get('poster/ouvert')
            self.assertEqual(page.status, 200)
            self.assertIn('lang=fr', page.text)
            self.assertIn('Anonyme', page.text)
            self.assertIn('au moins 5 personnes', page.text)
            code = re.search(r'class=poster-code[^>]*>([^<]+)<', page.text).group(1)
            self.assertRegex(code, r'^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]$')
            visitor = Browser(s.here.url)
            typed = submit(visitor, visitor.get('/'), '/code', {'.c': code.lower().replace('-', ' ')})
            self.assertIn('Maison Ouverte', typed.text)
            link, = qr.codes(page.text)
            self.assertIn('Maison Ouverte', visitor.get(link.replace(s.here.url, '')).text)
            self.assertEqual(s.get('poster/north').status, 404)  # has no open link
            self.assertEqual(s.get('poster/nowhere').status, 404)

    def test_all_posters_are_printed_in_one_run(self):
        with Scene('', 'code,name,language\na,One %s,en\nb,Deux,fr\nc,Three,\n' % CANARY.replace(',', '')) as s:
            page = s.get('poster')
            self.assertEqual(page.text.count('<article class=poster'), 3)
            self.assertNotIn('<img', page.text)
            self.assertEqual(len(set(qr.codes(page.text))), 3)


class SharedDevice(unittest.TestCase):
    def scene(self):
        return Scene('', 'code,name,headcount\nopen,Open Court,20\n')

    def open_token(self, s):
        return s.here.links('tale', 'open')[0]['token']

    NOBODY = '0' * 32  # the cookie of a shared device between two sittings

    def test_it_returns_to_the_start_and_the_cookie_holds_the_sittings_name_only(self):
        with self.scene() as s:
            token, visitor = self.open_token(s), Browser(s.here.url)
            start = visitor.get('/s/%s?kiosk=1' % token)
            self.assertNotIn('.c', [c['name'] for f in start.forms for c in f['controls']])  # no resuming
            self.assertEqual(visitor.cookies, {'rd': self.NOBODY})
            page = visitor.send(start)
            for _ in range(50):
                if page.form(field='.p') is None:
                    break
                part = [c['value'] for c in page.form()['controls'] if c['name'] == '.t'][0].split('.')[1]
                self.assertEqual(visitor.cookies, {'rd': self.NOBODY + '-' + part})
                self.assertEqual(page.headers['Cache-Control'], 'no-store')
                self.assertIn('Start again for the next person', page.text)
                self.assertEqual(page.headers['Refresh'], '300; url=/s/%s?kiosk=1' % token)
                self.assertNotIn('value=save', page.text)
                page = visitor.send(page, ANSWERS)
            self.assertIn('Thank you', page.title)
            self.assertEqual(page.headers['Refresh'], '15; url=/s/%s?kiosk=1' % token)
            self.assertIn('/s/%s?kiosk=1' % token, page.text)
            self.assertEqual(visitor.cookies, {'rd': self.NOBODY})
            visitor.send(visitor.get('/s/%s?kiosk=1' % token))
            self.assertEqual(answered(s.here), 1)

    def test_an_earlier_draft_of_somebody_is_forgotten(self):
        with self.scene() as s:
            token, visitor = self.open_token(s), Browser(s.here.url)
            visitor.send(visitor.send(visitor.get('/s/' + token)), {'role': 'front'})
            self.assertTrue(visitor.cookies)
            page = visitor.get('/s/%s?kiosk=1' % token)
            self.assertEqual(visitor.cookies, {'rd': self.NOBODY})
            self.assertNotIn('value=continue', page.text)

    def sitting(self, visitor, token):
        """A sitting with an answer; what its pages were made from: [(path, body)]."""
        sent, request = [], visitor.request
        visitor.request = lambda method, path, body=None, headers=None: (
            sent.append((path, body)) if method == 'POST' else None) or request(method, path, body, headers)
        page = visitor.send(visitor.get('/s/%s?kiosk=1' % token))
        page = visitor.send(page, dict(ANSWERS, role='front'))
        visitor.request = request
        self.assertIsNotNone(page.form(field='.p'))
        return sent, page

    def test_what_the_browser_sends_anew_after_the_start_shows_no_answers_of_before(self):
        with self.scene() as s:
            token, visitor = self.open_token(s), Browser(s.here.url)
            sent, page = self.sitting(visitor, token)
            self.assertIn('value=front', page.text)  # the answers travel in the page
            self.assertIn('value=front', visitor.request('POST', *sent[1]).text, 'a reload within the sitting')
            for after in ('the start', 'another sitting'):
                start = visitor.get('/s/%s?kiosk=1' % token)
                if after == 'another sitting':
                    visitor.send(start)
                with self.subTest(after=after):
                    again = visitor.request('POST', *sent[1])
                    self.assertIn('value=start', again.text)
                    self.assertNotIn('front', again.text)
                    self.assertIsNone(again.form(field='.p'))

    def test_after_the_thanks_nothing_of_the_sitting_comes_back(self):
        with self.scene() as s:
            token, visitor = self.open_token(s), Browser(s.here.url)
            sent, page = self.sitting(visitor, token)
            while page.form(field='.p') is not None:
                page = visitor.send(page, ANSWERS)
            again = visitor.request('POST', *sent[1])
            self.assertNotIn('front', again.text)
            self.assertIsNone(again.form(field='.p'))

    def test_no_two_sittings_of_a_device_have_a_name_in_common(self):
        with self.scene() as s:
            token, visitor, seen = self.open_token(s), Browser(s.here.url), set()
            for _ in range(5):
                self.sitting(visitor, token)
                seen.add(visitor.cookies['rd'])
            self.assertEqual(len(seen), 5)
            devices = [Browser(s.here.url) for _ in range(2)]
            for d in devices:
                d.get('/s/%s?kiosk=1' % token)
            self.assertEqual(devices[0].cookies, devices[1].cookies)

    def test_without_cookies_a_shared_device_works_all_the_same(self):
        with self.scene() as s:
            token, visitor = self.open_token(s), Browser(s.here.url, cookies=False)
            _, page = self.sitting(visitor, token)
            while page.form(field='.p') is not None:
                page = visitor.send(page, ANSWERS)
            self.assertIn('Thank you', page.title)

    def test_the_cookie_of_a_shared_device_is_no_key_for_a_draft(self):
        with self.scene() as s:
            token, visitor = self.open_token(s), Browser(s.here.url)
            visitor.get('/s/%s?kiosk=1' % token)
            page = visitor.send(visitor.get('/s/' + token))
            self.assertIsNotNone(page.form(field='.p'))
            self.assertRegex(visitor.cookies['rd'], r'^(?!0{32})[0-9a-f]{32}-')

    def test_a_page_left_alone_leads_to_the_start_when_it_is_sent(self):
        with self.scene() as s:
            token, visitor = self.open_token(s), Browser(s.here.url)
            page = visitor.send(visitor.get('/s/%s?kiosk=1' % token))
            for c in page.form()['controls']:
                if c['name'] == '.n':
                    c['value'] = str(int(c['value']) - 400)
            left = visitor.send(page, ANSWERS)
            self.assertIsNone(left.form(field='.p'))
            self.assertIn('value=start', left.text)

    def test_a_personal_link_is_no_shared_device(self):
        with Scene(people(6, 'north')) as s:
            token, visitor = s.here.links('tale', 'personal')[0]['token'], Browser(s.here.url)
            page = visitor.send(visitor.get('/s/%s?kiosk=1' % token))
            self.assertTrue(visitor.cookies)
            self.assertNotIn('Start again', page.text)


class Watching(unittest.TestCase):
    ORGANISATIONS = 'code,name\nnorth,North House\nsouth,South ' + CANARY + '\ntiny,Tiny Lodge\neast,East\n'

    def test_counts_are_told_without_names_and_small_ones_not_at_all(self):
        roster = people(10, 'north') + people(6, 'south') + people(3, 'tiny') + people(12, 'east')
        with Scene(roster, self.ORGANISATIONS) as s:
            tokens = {}
            for row in s.here.links('tale', 'personal'):
                tokens.setdefault(row['organisation'], []).append(row['token'])
            for organisation, n in (('north', 6), ('south', 2), ('tiny', 1), ('east', 9)):
                for token in tokens[organisation][:n]:
                    Browser(s.here.url).fill(token, ANSWERS)
            page, data = s.get('watch'), json.loads(s.get('watch.json').text)
            self.assertIn('15 of 22 people', page.text)
            self.assertIn('are not counted in this', page.text)
            texts = data['texts']
            names = re.findall(r'<th scope=row [^>]*>(?:<div>)?(.*?)(?:</div>)?</th>', page.text)
            rows = {n: i for i, n in enumerate([x for x in names if not x[0].isdigit()])}
            answered = lambda name: texts['answered.%d' % [v for k, v in rows.items() if k.startswith(name)][0]]
            self.assertEqual(answered('North'), '6')
            self.assertEqual(answered('East'), '9')
            self.assertEqual(answered('Tiny'), 'not shown')
            self.assertEqual(answered('South'), 'not shown')
            self.assertIn('60%', texts.values())
            self.assertIn('75%', texts.values())
            for name, text in texts.items():  # page and data say the same
                if 'rating' not in name:
                    self.assertIn('data-watch=%s>%s<' % (name, text), page.text.replace('"', ''))
            for i in range(12):
                self.assertNotIn('staff%d@' % i, page.text)
            self.assertNotIn('<img', page.text)
            self.assertNotIn('<script>', page.text)
            self.assertIn('7 of the 22', texts['remind'])

    def test_it_refreshes_by_script_where_that_may_run_and_by_itself_where_not(self):
        with Scene(people(6, 'north')) as s:
            page = s.get('watch')
            self.assertIn('<noscript><meta http-equiv=refresh content=60></noscript>', page.text)
            script = re.search(r'<script defer src="(/assets/watch-[0-9a-f]{16}\.js)"></script>', page.text).group(1)
            self.assertIn('data-watch', s.browser.get(script).text)
            self.assertIn("script-src 'self'", page.headers['Content-Security-Policy'])
            before = json.loads(s.get('watch.json').text)
            self.assertEqual(before['shape'], re.search(r'data-watch-shape="?([^" >]+)', page.text).group(1))

    def test_nothing_is_counted_when_few_were_invited(self):
        with Scene(people(3, 'north')) as s:
            Browser(s.here.url).fill(s.here.links('tale', 'personal')[0]['token'], ANSWERS)
            page = s.get('watch')
            self.assertIn('Fewer than 5 people have answered', page.text)
            self.assertIn('not shown', page.text)
            self.assertNotIn('data-watch=count', page.text)
            self.assertIn('How many have not answered is not shown', page.text)


if __name__ == '__main__':
    unittest.main()
