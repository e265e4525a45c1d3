#!/usr/bin/python3
"""Mailings against an SMTP server of the test: everybody once, with the right link, and nobody who should not be."""
import contextlib
import os
import re
import signal
import subprocess
import threading
import time
import unittest

from support.readiness import PROGRAM, Browser, Installation, free_port
from support.scene import ANSWERS, STORY, answered, scene
from support.smtp import Server


def mail_scene(smtp, staff=6, serve=True, **more):
    """The assessment `tale` with an open wave, mail set up, and a server whose links in mails are its own."""
    port = free_port()
    settings = smtp.settings(server_listen='127.0.0.1:%d' % port, server_public_url='http://127.0.0.1:%d' % port)
    settings.update(more)
    return scene(staff=staff, serve=serve, **settings)


@contextlib.contextmanager
def postgresql():
    """Installations that are made inside have their database on a server of the test's."""
    before = os.environ.get('READINESS_TEST_STORE')
    os.environ['READINESS_TEST_STORE'] = 'postgresql'
    try:
        yield
    finally:
        os.environ.pop('READINESS_TEST_STORE')
        if before:
            os.environ['READINESS_TEST_STORE'] = before


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def mailings(here):
    """The mailings as `mail list` shows them, newest first, counts as numbers."""
    out, _ = here.run('mail', 'list', 'tale', '--format', 'csv')
    lines = out.strip().splitlines()
    names = lines[0].split(',')
    return [{k: int(v) if v.isdigit() else v for k, v in zip(names, line.split(','))} for line in lines[1:]]


def wait_done(here, seconds=120):
    end = time.time() + seconds
    while mailings(here)[0]['state'] == 'running':
        if time.time() > end:
            raise AssertionError('still running: %s' % mailings(here)[0])
        time.sleep(0.1)
    return mailings(here)[0]


class Everybody(unittest.TestCase):
    """Forty people in two organisations, one of them French."""

    @classmethod
    def setUpClass(cls):
        cls.smtp = Server()
        cls.here = Installation(**cls.smtp.settings())
        port = free_port()
        cls.here.environment.update(READINESS_SERVER_LISTEN='127.0.0.1:%d' % port,
                                    READINESS_SERVER_PUBLIC_URL='http://127.0.0.1:%d' % port)
        here = cls.here
        here.run('assessment', 'new', 'tale', '--instrument', STORY, '--title', 'A tale')
        here.write('organisations.csv', 'code,name\nnorth,North House\nouest,Maison de l’Ouest\n')
        here.run('organisation', 'import', 'tale', 'organisations.csv')
        here.write('people.csv', 'email,organisation,name,language\n' + ''.join(
            'p%d@north.example,north,Person %d,\n' % (i, i) for i in range(20)) + ''.join(
            'q%d@ouest.example,ouest,Élodie n° %d,fr\n' % (i, i) for i in range(20)))
        here.run('people', 'import', 'tale', 'people.csv')
        here.run('wave', 'open', 'tale', '--label', 'Baseline', '--until', '2099-01-31')
        here.serve()
        cls.out, _ = here.run('send', 'tale', 'invitations')

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__()
        cls.smtp.close()

    def test_forty_people_get_one_mail_each_with_their_own_link(self):
        links = {row['email']: row['token'] for row in self.here.links('tale', 'personal')}
        first = self.smtp.messages[:40]
        self.assertEqual(sorted(m.to for m in first), sorted(links))
        for message in first:
            self.assertEqual(message.token, links[message.to])
        self.assertEqual(len({m['Message-ID'] for m in first}), 40)
        self.assertEqual(len({m.stop for m in first}), 40)
        self.assertIn('Accepted by the mail server: 40. Refused: 0. Fate unknown: 0.', self.out)

    def test_the_link_in_the_mail_answers(self):
        before = answered(self.here)
        last = Browser(self.here.url).fill(self.smtp.to('p3@north.example')[0].token, ANSWERS)
        self.assertIn('Your answers have arrived.', last.text)
        self.assertEqual(answered(self.here), before + 1)

    def test_a_mail_is_plain_text_and_says_what_it_must(self):
        english, french = self.smtp.to('p1@north.example')[0], self.smtp.to('q1@ouest.example')[0]
        for message in (english, french):
            parsed = message.parsed
            self.assertEqual(parsed.get_content_type(), 'text/plain')
            self.assertEqual(parsed.get_content_charset(), 'utf-8')
            self.assertEqual(parsed['Auto-Submitted'], 'auto-generated')
            self.assertEqual(parsed['List-Unsubscribe'], '<%s/stop/%s>' % (self.here.url, message.stop))
            self.assertEqual(parsed['From'].addresses[0].display_name, 'Équipe de soutien')
            self.assertEqual(parsed['From'].addresses[0].addr_spec, 'team@support.example')
            self.assertIn('Équipe de soutien', message.text)
            self.assertFalse(parsed.defects)
            self.assertFalse(re.search(r'[{}]', message.text + parsed['Subject']))
            self.assertTrue(all(len(line) <= 998 for line in message.raw.split(b'\r\n')))
            self.assertNotIn(b'\n', message.raw.replace(b'\r\n', b''))
        self.assertIn('Hello Person 1,', english.text)
        self.assertIn('31 January 2099', english.text)
        self.assertIn('groups of at least 5 people', english.text)
        self.assertIn('North House', english['Subject'])
        self.assertEqual(english['Content-Language'], 'en')
        self.assertIn('Bonjour Élodie n° 1,', french.text)
        self.assertIn('31 janvier 2099', french.text)
        self.assertIn('Maison de l’Ouest', french.text)
        self.assertEqual(french['To'].addresses[0].display_name, 'Élodie n° 1')
        self.assertEqual(french['Content-Language'], 'fr')

    def test_the_connection_is_kept(self):
        self.assertLess(self.smtp.connections, 10)

    def test_a_second_send_finds_nobody_left(self):
        _, err = self.here.run('send', 'tale', 'invitations', status=1)
        self.assertIn('nobody', err)

    def test_no_token_and_no_address_gets_into_the_log(self):
        self.here.run('mail', 'test', 'tale', 'me@support.example')
        log = read(self.here.log).decode()
        self.assertNotIn('@', log)
        for message in self.smtp.messages[:40]:
            self.assertNotIn(message.token, log)
            self.assertNotIn(message.stop, log)

    def test_no_token_is_stored(self):
        self.here.run('wave', 'list', 'tale')
        everything = b''.join(read(os.path.join(folder, name))
                              for folder, _, names in os.walk(self.here.path('var')) for name in names
                              if not name.startswith('control')) + self.here.kept()
        for message in self.smtp.messages[:40]:
            self.assertNotIn(message.token.encode(), everything)
            self.assertNotIn(message.stop.encode(), everything)

    def test_a_test_mail_is_marked_and_its_link_leads_nowhere(self):
        self.here.run('mail', 'test', 'tale', 'tester@support.example', '--reminder', '--language', 'fr')
        message = self.smtp.to('tester@support.example')[0]
        self.assertTrue(message['Subject'].startswith('Essai : Rappel : A tale'), message['Subject'])
        self.assertIn('Camille Exemple', message.text)
        self.assertIn('North House', message.text)
        self.assertIsNone(message['List-Unsubscribe'])
        self.assertIn('There is nothing at this address', Browser(self.here.url).get('/s/' + message.token).text)

    def test_an_opt_out_token_does_not_answer(self):
        stop = self.smtp.messages[0].stop
        for token in (stop, stop[:26], stop[22:]):
            self.assertIn('There is nothing at this address', Browser(self.here.url).get('/s/' + token).text)


class Reminders(unittest.TestCase):
    def test_only_those_who_have_not_answered_are_reminded_and_the_tables_do_not_say_who(self):
        with Server() as smtp, mail_scene(smtp, staff=12) as here:
            here.run('send', 'tale', 'invitations')
            links = {m.to: m.token for m in smtp.messages}
            done = ['staff%d@north.example' % i for i in (1, 4, 7, 10)]
            for address in done:
                Browser(here.url).fill(links[address], ANSWERS)
            dry, _ = here.run('send', 'tale', 'reminders', '--dry-run')
            self.assertIn('how many they are is not said', dry)
            self.assertNotIn('@north', dry)
            self.assertEqual(len(smtp.messages), 12)
            out, _ = here.run('send', 'tale', 'reminders')
            self.assertIn('no longer needed): 12.', out)
            self.assertNotIn('no more mail: 4', out)
            self.assertFalse(any(address in out for address in done))
            reminded = smtp.messages[12:]
            self.assertEqual(sorted(m.to for m in reminded), sorted(set(links) - set(done)))
            for message in reminded:
                self.assertEqual(message.token, links[message.to])
                self.assertIn('Reminder', message['Subject'])
                self.assertIn('nobody sees who has answered', message.text)
            self.no_column_tells(here)
            here.run('send', 'tale', 'reminders', '--everyone')
            self.assertEqual(sorted(m.to for m in smtp.messages[20:]), sorted(links))
            self.assertIn('Everybody gets this reminder', smtp.messages[20].text)

    def no_column_tells(self, here):
        """Whatever is stored about a reminder's deliveries is the same for all of them, but for their ids."""
        here.stop()
        (mailing,), = here.query('SELECT id FROM mailing WHERE kind = 1')
        columns = here.columns('delivery')
        self.assertIn('invitation', columns)
        for column in columns:
            values = here.query('SELECT DISTINCT "%s" FROM delivery WHERE mailing = ?' % column, mailing)
            self.assertEqual(len(values), 12 if column == 'invitation' else 1, column)
        for table in ('invitation', 'person'):
            for column in here.columns(table):
                (values,), = here.query('SELECT count(*) FROM (SELECT DISTINCT "%s" FROM %s%s) v' % (
                    column, table, ' WHERE kind = 1' if table == 'invitation' else ''))
                self.assertIn(values, (1, 12), '%s.%s splits the people' % (table, column))
        here.serve()

    def test_nobody_is_reminded_after_the_moment_of_answering(self):
        with Server() as smtp, mail_scene(smtp, staff=40) as here:
            here.run('send', 'tale', 'invitations')
            tokens = {m.to: m.token for m in smtp.messages}
            first = len(smtp.messages)
            run = threading.Thread(target=here.run, args=('send', 'tale', 'reminders', '--per-minute', '300'))
            run.start()
            moments = {}
            for address in sorted(tokens)[::3]:
                Browser(here.url).fill(tokens[address], ANSWERS)
                moments[address] = time.time()
            run.join()
            reminded = {m.to: m.time for m in smtp.messages[first:]}
            self.assertEqual(len(reminded), len(smtp.messages) - first, 'somebody was reminded twice')
            # a mail that is on its way in that very moment cannot be called back
            late = {a for a in reminded if a in moments and reminded[a] > moments[a] + 1}
            self.assertEqual(late, set())
            spared = [a for a in moments if a not in reminded]
            self.assertGreater(len(spared), 0)
            self.assertEqual(set(tokens) - set(reminded), set(spared))


class Once(unittest.TestCase):
    def test_two_sends_at_the_same_time_start_one_mailing(self):
        with Server() as smtp, mail_scene(smtp, staff=60) as here:
            words = [PROGRAM, 'send', 'tale', 'invitations', '--per-minute', '3000']
            both = [subprocess.Popen(words, cwd=here.folder, env=here.environment, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True) for _ in range(2)]
            answers = [process.communicate(timeout=120) for process in both]
            self.assertEqual(sorted(p.returncode for p in both), [0, 1], answers)
            self.assertIn('under way', ''.join(err for _, err in answers))
            self.assertEqual(len(mailings(here)), 1)
            self.assertEqual(sorted(m.to for m in smtp.messages),
                             sorted('staff%d@north.example' % i for i in range(60)))

    def test_other_commands_run_while_mail_is_sent(self):
        with Server() as smtp, mail_scene(smtp, staff=20) as here:
            run = threading.Thread(target=here.run, args=('send', 'tale', 'invitations', '--per-minute', '600'))
            run.start()
            smtp.wait(3)
            self.assertEqual(mailings(here)[0]['state'], 'running')
            self.assertLess(len(smtp.messages), 20)
            run.join()
            self.assertEqual(len(smtp.messages), 20)

    def test_a_killed_server_goes_on_and_nobody_gets_two(self):
        people = 1000
        with Server() as smtp, mail_scene(smtp, staff=people) as here:
            sender = subprocess.Popen([PROGRAM, 'send', 'tale', 'invitations'], cwd=here.folder, env=here.environment,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            kills = 0
            # on a server the work of a killed process is free when its lease is over, after fifteen seconds
            for share in (0.3, 0.7) if here.database else (0.1, 0.25, 0.4, 0.55, 0.7, 0.85):
                smtp.wait(int(people * share))
                here.stop(signal.SIGKILL)
                sender.wait(timeout=30)
                kills += 1
                here.serve()
            end = wait_done(here)
            got = [m.to for m in smtp.messages]
            self.assertEqual(len(got), len(set(got)), 'somebody got two')
            self.assertEqual((end['state'], end['waiting'], end['refused']), ('done', 0, 0))
            self.assertLessEqual(end['unknown'], kills)
            self.assertEqual(end['accepted'] + end['unknown'], people)
            # whoever has none is among the unknown ones, which are shown by address
            shown = set(re.findall(r'^unknown  (\S+)', here.run('mail', 'list', 'tale')[0], re.M))
            self.assertEqual(len(shown), end['unknown'])
            missing = {'staff%d@north.example' % i for i in range(people)} - set(got)
            self.assertLessEqual(missing, shown)

    def test_of_two_engines_one_sends_and_the_other_goes_on_when_it_is_killed(self):
        people = 300
        with Server() as smtp, postgresql(), mail_scene(smtp, staff=people) as first:
            port = free_port()
            second = first.another(server_listen='127.0.0.1:%d' % port)
            second.serve()
            sender = subprocess.Popen([PROGRAM, 'send', 'tale', 'invitations'], cwd=first.folder, env=first.environment,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            engines, kills = [first, second], 0
            for share in (0.2, 0.5, 0.8):
                smtp.wait(int(people * share))
                holder, = first.query("SELECT e.name FROM lease l JOIN engine e ON e.id = l.engine WHERE l.work = 'mail'")[0]
                sending = next(e for e in engines if holder.endswith(':%d' % e.server.pid))
                sending.stop(signal.SIGKILL)
                sender.wait(timeout=30)
                kills += 1
                smtp.wait(len(smtp.messages) + 20)  # the other goes on
                sending.serve()
            end = wait_done(second)
            got = [m.to for m in smtp.messages]
            self.assertEqual(len(got), len(set(got)), 'somebody got two')
            self.assertEqual((end['state'], end['waiting'], end['refused']), ('done', 0, 0))
            self.assertLessEqual(end['unknown'], kills)
            self.assertEqual(end['accepted'] + end['unknown'], people)
            shown = set(re.findall(r'^unknown  (\S+)', second.run('mail', 'list', 'tale')[0], re.M))
            missing = {'staff%d@north.example' % i for i in range(people)} - set(got)
            self.assertLessEqual(missing, shown)

    def test_a_slow_mail_server_does_not_cost_an_engine_its_work(self):
        with Server() as smtp, postgresql(), mail_scene(smtp, staff=2, mail_timeout_seconds=60) as first:
            second = first.another(server_listen='127.0.0.1:%d' % free_port())
            second.serve()
            smtp.delay = 20  # longer than the work is given for
            first.run('send', 'tale', 'invitations')
            end = wait_done(second)
            self.assertEqual((end['accepted'], end['unknown']), (2, 0))
            self.assertEqual(len({m.to for m in smtp.messages}), len(smtp.messages))

    def test_an_engine_without_the_waves_key_leaves_its_mail_to_one_that_has_it(self):
        with Server() as smtp, postgresql(), mail_scene(smtp, staff=12) as first:
            second = first.another(server_listen='127.0.0.1:%d' % free_port(), data_keys=os.path.join(first.folder, 'none'))
            second.serve()
            second.run('send', 'tale', 'invitations')
            end = wait_done(first)
            self.assertEqual((end['accepted'], end['unknown']), (12, 0))
            self.assertIn(b'event=mail_left_to_others reason=key_missing', read(second.log))
            self.assertEqual(first.stop(), 0)
            _, err = second.run('send', 'tale', 'reminders', status=3)  # when nobody has it, somebody is told
            self.assertIn('The key of the wave is missing', err)
            self.assertEqual(mailings(second)[0]['state'], 'paused')

    def test_a_killed_foreground_send_goes_on_where_it_was(self):
        with Server() as smtp, mail_scene(smtp, staff=200, serve=False) as here:
            process = subprocess.Popen([PROGRAM, 'send', 'tale', 'invitations'], cwd=here.folder, env=here.environment,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            smtp.wait(50)
            process.kill()
            process.wait()
            _, err = here.run('send', 'tale', 'invitations', status=1)
            self.assertIn('readiness mail resume', err)
            out, _ = here.run('mail', 'resume', 'tale')
            got = [m.to for m in smtp.messages]
            self.assertEqual(len(got), len(set(got)))
            end = mailings(here)[0]
            self.assertEqual((end['state'], end['accepted'] + end['unknown']), ('done', 200))
            self.assertLessEqual(end['unknown'], 1)
            self.assertGreaterEqual(len(got), 199)
            if end['unknown']:
                self.assertIn('unknown  staff', out)

    def test_a_stopped_server_finishes_its_message_and_goes_on_later(self):
        with Server() as smtp, mail_scene(smtp, staff=30, mail_per_minute=600) as here:
            sender = threading.Thread(target=lambda: subprocess.run(
                [PROGRAM, 'send', 'tale', 'invitations'], cwd=here.folder, env=here.environment,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            sender.start()
            smtp.wait(5)
            self.assertEqual(here.stop(), 0)
            sender.join()
            here.serve()
            end = wait_done(here)
            self.assertEqual((end['accepted'], end['unknown'], end['refused']), (30, 0, 0))
            self.assertEqual(len({m.to for m in smtp.messages}), len(smtp.messages))

    def test_the_pace_is_kept(self):
        with Server() as smtp, mail_scene(smtp, staff=11, serve=False) as here:
            here.run('send', 'tale', 'invitations', '--per-minute', '600')
            times = sorted(m.time for m in smtp.messages)
            self.assertGreaterEqual(times[-1] - times[0], 0.95)

    def test_a_paused_mailing_stands_still_until_it_is_resumed(self):
        with Server() as smtp, mail_scene(smtp, staff=30, mail_per_minute=600) as here:
            sender = subprocess.Popen([PROGRAM, 'send', 'tale', 'invitations'], cwd=here.folder, env=here.environment,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            smtp.wait(5)
            here.run('mail', 'pause', 'tale')
            _, err = sender.communicate(timeout=30)
            self.assertEqual(sender.returncode, 3)
            self.assertIn('paused', err)
            time.sleep(0.3)
            stood = len(smtp.messages)
            time.sleep(0.5)
            self.assertEqual(len(smtp.messages), stood)
            here.run('send', 'tale', 'invitations', status=1)
            here.run('mail', 'resume', 'tale')
            self.assertEqual(len({m.to for m in smtp.messages}), 30)
            self.assertEqual(len(smtp.messages), 30)

    def test_a_wave_that_closes_ends_its_mailing(self):
        with Server() as smtp, mail_scene(smtp, staff=30, mail_per_minute=300) as here:
            sender = threading.Thread(target=lambda: subprocess.run(
                [PROGRAM, 'send', 'tale', 'invitations'], cwd=here.folder, env=here.environment,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            sender.start()
            smtp.wait(3)
            here.run('wave', 'close', 'tale', '--yes')
            end = wait_done(here)
            sender.join()
            self.assertEqual(end['state'], 'done')
            self.assertLess(len(smtp.messages), 30)


class Trouble(unittest.TestCase):
    def test_refusals_are_shown_with_the_servers_sentence_and_can_be_tried_again(self):
        with Server() as smtp, mail_scene(smtp) as here:
            smtp.refuse['staff1@north.example'] = '550-5.1.1 The address\n550 5.1.1 does not exist here'
            smtp.after_data['staff2@north.example'] = '554 5.7.1 looks like spam'
            out, _ = here.run('send', 'tale', 'invitations')
            self.assertIn('Accepted by the mail server: 4. Refused: 2.', out)
            self.assertIn('refused  staff1@north.example  550 5.1.1 The address 5.1.1 does not exist here', out)
            self.assertIn('refused  staff2@north.example  554 5.7.1 looks like spam', out)
            self.assertEqual(smtp.asked.count('staff1@north.example'), 1)
            smtp.refuse.clear()
            smtp.after_data.clear()
            out, _ = here.run('send', 'tale', 'invitations')
            self.assertEqual(len(smtp.messages), 6)

    def test_a_passing_trouble_is_tried_again_after_the_others(self):
        with Server() as smtp, mail_scene(smtp) as here:
            smtp.later['staff1@north.example'] = ['451 4.7.1 greylisted, come back later']
            started = time.time()
            out, _ = here.run('send', 'tale', 'invitations')
            self.assertIn('Accepted by the mail server: 6. Refused: 0.', out)
            self.assertEqual(smtp.messages[-1].to, 'staff1@north.example')
            self.assertGreaterEqual(time.time() - started, 1)
            self.assertEqual(smtp.asked.count('staff1@north.example'), 2)

    def test_after_five_attempts_it_counts_as_refused(self):
        with Server() as smtp, mail_scene(smtp, mail_retry_seconds=0) as here:
            smtp.refuse['staff1@north.example'] = '452 4.2.2 mailbox full'
            out, _ = here.run('send', 'tale', 'invitations')
            self.assertIn('Accepted by the mail server: 5. Refused: 1.', out)
            self.assertIn('452 4.2.2 mailbox full', out)
            self.assertEqual(smtp.asked.count('staff1@north.example'), 5)

    def test_a_connection_lost_before_the_message_is_tried_again(self):
        with Server() as smtp, mail_scene(smtp) as here:
            smtp.drop_before.add('staff1@north.example')
            smtp.on_message = lambda _: smtp.drop_before.clear()
            out, _ = here.run('send', 'tale', 'invitations')
            self.assertIn('Accepted by the mail server: 6. Refused: 0. Fate unknown: 0.', out)
            self.assertEqual(len(smtp.messages), 6)

    def test_a_connection_lost_after_the_message_is_unknown_and_never_sent_again(self):
        with Server() as smtp, mail_scene(smtp) as here:
            smtp.after_data['staff1@north.example'] = 'drop'
            out, _ = here.run('send', 'tale', 'invitations')
            self.assertIn('Accepted by the mail server: 5. Refused: 0. Fate unknown: 1.', out)
            self.assertIn('unknown  staff1@north.example', out)
            here.run('send', 'tale', 'invitations', status=1)
            self.assertEqual(len(smtp.to('staff1@north.example')), 1)

    def test_a_server_that_is_away_is_waited_for(self):
        with Server() as smtp, mail_scene(smtp) as here:
            smtp.greeting = '421 4.3.2 too busy'

            def come_back():
                while smtp.connections < 2:
                    time.sleep(0.05)
                smtp.greeting = None

            threading.Thread(target=come_back, daemon=True).start()
            out, err = here.run('send', 'tale', 'invitations')
            self.assertIn('Accepted by the mail server: 6. Refused: 0. Fate unknown: 0.', out)
            self.assertIn('421 4.3.2 too busy', err)

    def test_a_wrong_password_pauses_the_mailing_and_refuses_nobody(self):
        with Server(login=('team', 'right')) as smtp, mail_scene(smtp, serve=False, mail_user='team',
                                                                 mail_password='wrong') as here:
            out, err = here.run('send', 'tale', 'invitations', status=3)
            self.assertIn('535 5.7.8 user or password wrong', err)
            self.assertIn('Refused: 0', out)
            self.assertEqual(smtp.messages, [])
            here.environment['READINESS_MAIL_PASSWORD'] = 'right'
            here.run('mail', 'resume', 'tale')
            self.assertEqual(len(smtp.messages), 6)
            stored = here.kept().replace(b'password wrong', b'')
            self.assertNotIn(b'wrong', stored, 'the password is stored')

    def test_a_sender_that_is_not_accepted_pauses_the_mailing(self):
        with Server() as smtp, mail_scene(smtp, serve=False) as here:
            smtp.sender = '550 5.7.1 you may not send as team@support.example'
            _, err = here.run('send', 'tale', 'invitations', status=3)
            self.assertIn('you may not send as', err)
            self.assertEqual(mailings(here)[0]['refused'], 0)

    def test_a_slow_server_is_given_up_after_the_timeout_as_unknown(self):
        with Server() as smtp, mail_scene(smtp, staff=1, serve=False, mail_timeout_seconds=1) as here:
            smtp.delay = 3
            out, _ = here.run('send', 'tale', 'invitations')
            self.assertIn('Fate unknown: 1', out)

    def test_without_settings_nothing_is_sent(self):
        with scene(serve=False) as here:
            _, err = here.run('send', 'tale', 'invitations', status=1)
            self.assertIn('mail is not set up', err)
            here.environment.update(READINESS_MAIL_SERVER='smtp://mail.example.org', READINESS_MAIL_SECURITY='none',
                                    READINESS_MAIL_FROM='team@support.example')
            _, err = here.run('send', 'tale', 'invitations', status=1)
            self.assertIn('same machine only', err)


class Contact(unittest.TestCase):
    def test_who_opted_out_or_bounced_gets_no_mail(self):
        with Server() as smtp, mail_scene(smtp) as here:
            here.run('people', 'contact', 'tale', 'STAFF1@north.example', '--opted-out')
            here.write('bounces.txt', 'From: MAILER-DAEMON@mail.example\nFinal-Recipient: rfc822;staff2@north.example\n'
                                      'The mail to <staff3@north.example>, sent by team@support.example, came back.\n')
            out, _ = here.run('people', 'contact', 'tale', 'bounces.txt', '--bounced')
            self.assertIn('People noted: 2 (addresses found: 4)', out)
            dry, _ = here.run('send', 'tale', 'invitations', '--dry-run')
            self.assertIn('Would get a mail now: 3 of 6', dry)
            self.assertIn('3. It would take', dry)
            here.run('send', 'tale', 'invitations')
            self.assertEqual(sorted(m.to for m in smtp.messages), ['staff%d@north.example' % i for i in (0, 4, 5)])
            here.run('people', 'contact', 'tale', 'staff1@north.example', '--good')
            here.run('send', 'tale', 'invitations')
            self.assertEqual(smtp.messages[-1].to, 'staff1@north.example')
            _, err = here.run('people', 'contact', 'tale', 'nobody@north.example', '--bounced', status=1)
            self.assertIn('nobody on the roster', err)
            here.run('people', 'contact', 'tale', 'staff1@north.example', status=1)

    def test_the_opt_out_link_is_not_spent_by_looking_and_works_by_its_button_and_in_one_click(self):
        with Server() as smtp, mail_scene(smtp) as here:
            here.run('send', 'tale', 'invitations')
            first, second, third = smtp.messages[:3]
            browser = Browser(here.url)
            for method in ('GET', 'HEAD', 'OPTIONS'):
                for message in (first, second, third):
                    browser.request(method, '/stop/' + message.stop)
            self.assertIn('6 of 6', here.run('send', 'tale', 'reminders', '--everyone', '--dry-run')[0])
            page = browser.get('/stop/' + first.stop)
            form = page.form('/stop/' + first.stop)
            self.assertEqual(browser.post(form['action'], [(c['name'], c['value']) for c in form['controls']]).status, 200)
            self.assertEqual(browser.post('/stop/' + second.stop.lower(), [('List-Unsubscribe', 'One-Click')]).status, 200)
            forged = third.stop[:-1] + ('0' if third.stop[-1] != '0' else '1')
            self.assertEqual(browser.post('/stop/' + forged, []).status, 404)
            here.run('send', 'tale', 'reminders')
            self.assertEqual(sorted(m.to for m in smtp.messages[6:]),
                             sorted(m.to for m in smtp.messages[2:6]))

    def test_who_opts_out_during_a_mailing_is_not_written_to(self):
        with Server() as smtp, mail_scene(smtp, staff=40, mail_per_minute=600) as here:
            run = threading.Thread(target=here.run, args=('send', 'tale', 'invitations'))
            run.start()
            smtp.wait(3)
            here.write('all.txt', ' '.join('staff%d@north.example' % i for i in range(40)))
            here.run('people', 'contact', 'tale', 'all.txt', '--opted-out')
            moment = time.time()
            run.join()
            self.assertLess(len(smtp.messages), 40)
            self.assertEqual([m.to for m in smtp.messages if m.time > moment], [])


class Encrypted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Installation()
        for name, host in (('good', 'localhost'), ('other', 'elsewhere.example')):
            subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=' + host,
                            '-addext', 'subjectAltName=DNS:' + host, '-keyout', cls.folder.path(name + '.key'),
                            '-out', cls.folder.path(name + '.crt')], check=True, stderr=subprocess.DEVNULL)

    @classmethod
    def tearDownClass(cls):
        cls.folder.__exit__()

    def send(self, name, status=0, implicit=False, trust=True, offer=True, **more):
        files = (self.folder.path(name + '.crt'), self.folder.path(name + '.key'))
        with Server(login=('team', 'secret'), tls=files if offer else None, implicit=implicit) as smtp:
            settings = dict(mail_server='smtp://localhost:%d' % smtp.port, mail_user='team', mail_password='secret',
                            mail_security='tls' if implicit else 'starttls',
                            mail_ca_file=files[0] if trust else '')
            settings.update(more)
            with mail_scene(smtp, serve=False, **settings) as here:
                _, err = here.run('send', 'tale', 'invitations', status=status)
                return smtp, err

    def test_starttls_with_a_trusted_certificate(self):
        smtp, _ = self.send('good')
        self.assertEqual((len(smtp.messages), smtp.encrypted, smtp.signed_in), (6, 1, 1))

    def test_tls_from_the_first_byte(self):
        smtp, _ = self.send('good', implicit=True)
        self.assertEqual((len(smtp.messages), smtp.encrypted), (6, 1))

    def test_a_certificate_nobody_vouches_for_is_not_accepted(self):
        smtp, err = self.send('good', status=3, trust=False)
        self.assertEqual((smtp.messages, smtp.signed_in), ([], 0))
        self.assertIn('paused', err)

    def test_a_certificate_for_another_name_is_not_accepted(self):
        smtp, _ = self.send('other', status=3)
        self.assertEqual((smtp.messages, smtp.signed_in), ([], 0))

    def test_a_server_without_starttls_gets_neither_mail_nor_password(self):
        smtp, _ = self.send('good', status=3, offer=False)
        self.assertEqual((smtp.messages, smtp.signed_in), ([], 0))


if __name__ == '__main__':
    unittest.main(verbosity=1)
